/** Files as people make, convert and break them. */
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { families } from "../../checkpoint/families.ts";
import type { Case } from "./cases.ts";
import { oddLoras } from "./odd-loras.ts";
import { FIXTURES } from "./sources.ts";
import { type Content, readContent, type Tensors, writeContent, zeros } from "./tensors.ts";
import type { Kind } from "./use.ts";

const lone = (kind: Kind, name: string, tensors: Tensors | Record<string, readonly number[]>): Case => ({
  ...{ kind, name },
  lay: (place) => {
    const all =
      tensors instanceof Map
        ? (tensors as Tensors)
        : new Map(Object.entries(tensors).map(([key, shape]) => [key, zeros("F32", shape as number[])]));
    writeContent(`${place}.safetensors`, { tensors: all });
  },
});

const embeddings: readonly Case[] = [
  lone("embedding", "an embedding for the second text encoder alone", { clip_g: [1, 12] }),
  { ...lone("embedding", "an embedding of a published width", { clip_l: [1, 768] }), forOthers: true },
  lone("embedding", "an embedding of another width", { clip_l: [1, 7], clip_g: [1, 7] }),
  lone("embedding", "an embedding of no vectors", { emb_params: [0, 32] }),
  lone("embedding", "an embedding of one number", { emb_params: [] }),
  lone("embedding", "an embedding of one vector without a list", { emb_params: [32] }),
  lone("embedding", "an embedding with three dimensions", { emb_params: [1, 1, 32] }),
  lone("embedding", "OneTrainer's embedding", { emp_params: [2, 32] }),
  lone("embedding", "OneTrainer's output embedding", { emp_params_out: [2, 32] }),
  lone("embedding", "OneTrainer's embedding and output embedding", { clip_l: [1, 32], clip_l_out: [1, 32] }),
  lone("embedding", "diffusers' advanced trainer's embedding", { text_encoders_0: [2, 16], text_encoders_1: [2, 8] }),
  lone("embedding", "an embedding twice for one text encoder", { clip_l: [1, 32], text_encoders_0: [1, 32] }),
  lone("embedding", "an embedding under a star", { "*": [3, 32] }),
  lone("embedding", "an embedding of A1111", { "string_to_param.*": [3, 32] }),
  lone("embedding", "an embedding beside something else", { emb_params: [1, 32], other: [1, 32] }),
];

const FACE = { "image_proj.proj.0.weight": [8, 8], "image_proj.proj.2.weight": [8, 8], "image_proj.norm.weight": [8] };
const adapters: readonly Case[] = [
  lone("ip-adapter", "an IP-Adapter without a projection", { "ip_adapter.1.to_k_ip.weight": [16, 32] }),
  lone("ip-adapter", "an IP-Adapter FaceID", { ...FACE, "ip_adapter.1.to_k_ip.weight": [16, 32] }),
  lone("ip-adapter", "a projection without an IP-Adapter", { "image_proj.proj.weight": [128, 24] }),
  lone("control", "a Control-LoRA", {
    lora_controlnet: [],
    "input_hint_block.0.weight": [16, 3, 3, 3],
    "x.up": [4, 2],
  }),
  lone("control", "a ControlNet-LLLite", { "lllite_unet_input_blocks_4_1.conditioning1.0.weight": [4, 4] }),
  lone("control", "a ControlNet-XS", { "base_to_ctrl.0.weight": [4, 4, 1, 1] }),
  lone("control", "a ControlNet Union", {
    task_embedding: [6, 4],
    "controlnet_cond_embedding.conv_in.weight": [16, 3, 3, 3],
  }),
  lone("vae", "half an autoencoder", { "encoder.conv_in.weight": [8, 3, 3, 3] }),
  lone("vae", "the other half of an autoencoder", {
    "decoder.conv_in.weight": [16, 4, 3, 3],
    "decoder.mid.block_1.norm1.weight": [16],
  }),
  lone("vae", "half a tiny autoencoder", { "decoder.layers.0.weight": [8, 4, 3, 3] }),
  lone("vae", "an autoencoder for video", { "decoder.middle.0.residual.0.gamma": [8] }),
  lone("image-encoder", "an image encoder without a projection", { "vision_model.embeddings.class_embedding": [32] }),
  lone("image-encoder", "an image encoder of open_clip", { "visual.conv1.weight": [32, 3, 8, 8] }),
  lone("model", "a hypernetwork", { "320.0.linear.0.weight": [640, 320] }),
  lone("model", "a picture upscaler", { "conv_first.weight": [8, 3, 3, 3] }),
  lone("upscaler", "a picture upscaler of another design", { "conv_first.weight": [8, 3, 3, 3] }),
  lone("model", "a part of FLUX", { "double_blocks.0.img_attn.qkv.weight": [24, 8] }),
  lone("model", "a tensor without dimensions", { x: [] }),
  lone("model", "a name that no one would give", { '"\n\u202e': [1] }),
];

const SD1 = path.join(FIXTURES, "models/sd1");
const UNET = "unet/diffusion_pytorch_model.safetensors";

/** The UNet of a folder in two files, and their index. */
function shards(change: {
  readonly index?: (map: Record<string, string>) => unknown;
  readonly without?: string;
  readonly moved?: boolean;
}): (place: string) => void {
  return (place) => {
    cpSync(SD1, place, { recursive: true, filter: (source) => !source.endsWith(UNET) });
    const { tensors } = readContent(path.join(SD1, UNET));
    const map: Record<string, string> = {};
    const parts = [new Map<string, Content["tensors"] extends ReadonlyMap<string, infer E> ? E : never>(), new Map()];
    for (const [i, [key, entry]] of [...tensors].entries()) {
      const part = 2 * i < tensors.size ? 0 : 1;
      parts[change.moved && i === 0 ? 1 : part]!.set(key, entry);
      map[key] = shard(part);
    }
    for (const [i, part] of parts.entries())
      if (shard(i) !== change.without) writeContent(path.join(place, "unet", shard(i)), { tensors: part });
    if (change.index !== undefined || change.without !== "index")
      writeFileSync(
        path.join(place, "unet/diffusion_pytorch_model.safetensors.index.json"),
        JSON.stringify(change.index ? change.index(map) : { metadata: {}, weight_map: map }),
      );
  };
}
const shard = (i: number) => `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;

const folder = (name: string, lay: (place: string) => void): Case => ({ kind: "model", name, lay });
const copyWithout = (left: RegExp) => (place: string) =>
  cpSync(SD1, place, { recursive: true, filter: (source) => !left.test(path.relative(SD1, source)) });
const copyWith = (file: string, content: string) => (place: string) => {
  cpSync(SD1, place, { recursive: true });
  writeFileSync(path.join(place, file), content);
};

const folders: readonly Case[] = [
  folder("a folder of shards", shards({})),
  folder("a folder of shards of which one is missing", shards({ without: shard(1) })),
  folder("a folder of shards without an index", shards({ without: "index" })),
  folder("a folder whose index places a tensor wrongly", shards({ moved: true })),
  folder("a folder whose index is empty", shards({ index: () => ({}) })),
  folder("a folder whose index is a list", shards({ index: () => [] })),
  folder(
    "a folder whose index names a file elsewhere",
    shards({ index: (map) => ({ weight_map: { ...map, x: "../x" } }) }),
  ),
  folder(
    "a folder whose index names a tensor too many",
    shards({ index: (map) => ({ weight_map: { ...map, x: shard(0) } }) }),
  ),
  ...["unet", "vae", "text_encoder", "tokenizer", "scheduler", "image_encoder", "ip_adapter", "feature_extractor"].map(
    (part) => folder(`a folder without ${part}`, copyWithout(new RegExp(`^${part}(?:/|$)`))),
  ),
  folder("a folder without model_index.json", copyWithout(/^model_index\.json$/)),
  folder("a folder without merges", copyWithout(/^tokenizer\/merges\.txt$/)),
  folder("a folder with empty merges", copyWith("tokenizer/merges.txt", "")),
  folder("a folder with a vocabulary of one word", copyWith("tokenizer/vocab.json", '{"a": 0}')),
  folder("a folder with notes that are none", copyWith("underpaint.json", "[")),
  folder("a folder with a foreign pipeline", copyWith("model_index.json", '{"_class_name": "KandinskyPipeline"}')),
  folder("a folder with an unknown pipeline", copyWith("model_index.json", '{"_class_name": "SomethingPipeline"}')),
];

/** A single file and what lies beside it. */
const beside = (
  name: string,
  lay: (place: string) => void,
  change: (tensors: Map<string, ReturnType<typeof zeros>>) => void = () => {},
): Case => ({
  ...{ kind: "model", name: `single file ${name}` },
  lay: (place) => {
    const tensors = new Map(Object.entries(families.sd1!.file).map(([key, shape]) => [key, zeros("F16", shape)]));
    change(tensors);
    writeContent(`${place}.safetensors`, { tensors });
    lay(place);
  },
});
const withoutVae = (tensors: Map<string, unknown>) => {
  for (const key of [...tensors.keys()]) if (key.startsWith("first_stage_model.")) tensors.delete(key);
};
const vaeOf = (family: string): Tensors =>
  new Map(
    Object.entries(families[family]!.file)
      .filter(([key]) => key.startsWith("first_stage_model."))
      .map(([key, shape]) => [key, zeros("F16", shape)]),
  );
const yaml = (content: string) => (place: string) => writeFileSync(`${place}.yaml`, content);
const vaeBeside = (tensors: Tensors) => (place: string) => writeContent(`${place}.vae.safetensors`, { tensors });

const singles: readonly Case[] = [
  beside("with a configuration of velocity", yaml('model:\n  params:\n    parameterization: "v"\n')),
  beside("with a configuration of something else", yaml("parameterization: x0\n")),
  beside("with a configuration that is none", yaml("\u0000\u0001")),
  beside("with an autoencoder beside it", vaeBeside(vaeOf("sd1")), withoutVae),
  beside("with half an autoencoder beside it", vaeBeside(new Map([...vaeOf("sd1")].slice(0, 20))), withoutVae),
  beside("with something else as its autoencoder", vaeBeside(new Map([["x", zeros("F16", [1])]])), withoutVae),
  beside("with notes that are none", (place) => writeFileSync(`${place}.underpaint.json`, "[")),
  beside("with a card that is none", (place) => writeFileSync(`${place}.civitai.info`, "\u0000")),
];

const things: readonly Case[] = [
  folder("an empty file", (place) => writeFileSync(`${place}.safetensors`, "")),
  folder("a web page", (place) => writeFileSync(`${place}.safetensors`, "<!doctype html><title>404</title>")),
  folder("a pointer of Git LFS", (place) =>
    writeFileSync(`${place}.safetensors`, "version https://git-lfs.github.com/spec/v1\n"),
  ),
  folder("a header that is a list", (place) => writeFileSync(`${place}.safetensors`, header("[]        "))),
  folder("a header of one key twice", (place) =>
    writeFileSync(
      `${place}.safetensors`,
      Buffer.concat([
        header(
          '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        ),
        Buffer.alloc(8),
      ]),
    ),
  ),
  folder("a link to nothing", (place) => symlinkSync("/nowhere/at/all", `${place}.safetensors`)),
];

function header(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text)]);
}

export const oddCases = (): Case[] => [...oddLoras(), ...embeddings, ...adapters, ...folders, ...singles, ...things];

/** Whole files of every kind that people keep, from which the sweep makes others. */
import { cpSync, existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { families } from "../../checkpoint/families.ts";
import { type Content, type Entry, readContent, type Tensors, text, zeros } from "./tensors.ts";
import type { Kind } from "./use.ts";

export const FIXTURES = path.join(__dirname, "../../fixtures/parity");

export interface Source {
  readonly kind: Kind;
  readonly name: string;
  /** Takes a second or more to draw with. */
  readonly large?: boolean;
  read(): Content;
  /** Lays down what belongs beside the file, and says where the file itself goes. `place`: without an ending. */
  prepare(place: string): string;
}

const lone = (kind: Kind, name: string, read: () => Content): Source => ({
  ...{ kind, name, read },
  prepare: (place) => `${place}.safetensors`,
});
const fixture = (kind: Kind, name: string) => lone(kind, name, () => readContent(path.join(FIXTURES, name)));
/** A folder, of which one file is varied. */
const inFolder = (kind: Kind, folder: string, file: string): Source => ({
  ...{ kind, name: `${folder}/${file}` },
  read: () => readContent(path.join(FIXTURES, folder, file)),
  prepare: (place) => {
    cpSync(path.join(FIXTURES, folder), place, { recursive: true });
    return path.join(place, file);
  },
});

const filesIn = (folder: string, kind: Kind, pattern = /\.safetensors$/): Source[] =>
  readdirSync(path.join(FIXTURES, folder))
    .filter((name) => pattern.test(name) && statSync(path.join(FIXTURES, folder, name)).isFile())
    .map((name) => fixture(kind, `${folder}/${name}`));
const WEIGHTS = "diffusion_pytorch_model.safetensors";
const foldersIn = (folder: string, kind: Kind, pattern: RegExp, file = WEIGHTS): Source[] =>
  readdirSync(path.join(FIXTURES, folder))
    .filter((name) => pattern.test(name) && existsSync(path.join(FIXTURES, folder, name, file)))
    .map((name) => inFolder(kind, `${folder}/${name}`, file));

const EMBEDDINGS = /^(?:paint|paint-xl)\.safetensors$/;
/** A lone tensor under a word of its own is known for an embedding by the widths of published encoders, which no small one has. */
const LONE = "toy.safetensors";

/** The original code's file of a family: its keys and shapes, and zeros. */
const original = (family: string): Tensors =>
  new Map(Object.entries(families[family]!.file).map(([key, shape]) => [key, zeros("F16", shape)]));
const single = (name: string, family: string, change: (tensors: Tensors) => Iterable<readonly [string, Entry]>) => ({
  ...lone("model", `single file: ${name}`, () => ({ tensors: new Map(change(original(family))) })),
  large: true,
});
const only = (pattern: RegExp) => (tensors: Tensors) => [...tensors].filter(([key]) => pattern.test(key));
const except = (pattern: RegExp) => (tensors: Tensors) => [...tensors].filter(([key]) => !pattern.test(key));
const renamed = (pattern: RegExp, by: string) => (tensors: Tensors) =>
  [...tensors].map(([key, entry]) => [key.replace(pattern, by), entry] as const);
const withMore = (more: Readonly<Record<string, Entry>>) => (tensors: Tensors) => [...tensors, ...Object.entries(more)];

const UNET = /^model\.diffusion_model\./;
const VAE = /^first_stage_model\./;
const TEXT = /^(?:cond_stage_model|conditioner)\./;
const LORA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";

/** The parts of a family as diffusers names them, in one file. */
function packed(family: string): Tensors {
  const { parts } = families[family]!;
  const names: Readonly<Record<string, string>> = { text_0: "text_encoder", text_1: "text_encoder_2" };
  return new Map(
    Object.entries(parts).flatMap(([part, keys]) =>
      Object.entries(keys).map(([key, [shape]]) => [`${names[part] ?? part}.${key}`, zeros("F16", shape)] as const),
    ),
  );
}

const singles: readonly Source[] = [
  ...Object.keys(families).map((family) => single(family, family, (tensors) => tensors)),
  single("sd2 in SGM's spelling", "sd2", renamed(/^cond_stage_model\.model\./, "conditioner.embedders.0.model.")),
  single("sd1 without its autoencoder", "sd1", except(VAE)),
  single("sdxl without its text encoders", "sdxl", except(TEXT)),
  single("sdxl without its second text encoder", "sdxl", except(/^conditioner\.embedders\.1\./)),
  single("sd1's UNet alone", "sd1", only(UNET)),
  single("sd1's UNet alone, without its prefix", "sd1", (tensors) => renamed(UNET, "")(new Map(only(UNET)(tensors)))),
  single("sd1's text encoder alone", "sd1", only(TEXT)),
  single(
    "sd1 with the moving average",
    "sd1",
    withMore({ "model_ema.decay": zeros("F32", []), betas: zeros("F32", [1000]) }),
  ),
  single(
    "sd1 with tensors of a LoRA left over",
    "sd1",
    withMore({
      [`${LORA}.lora_down.weight`]: zeros("F16", [4, 64]),
      [`${LORA}.lora_up.weight`]: zeros("F16", [64, 4]),
      [`${LORA}.alpha`]: zeros("F16", []),
    }),
  ),
  single("sd1 with a change left over", "sd1", withMore({ "model.diffusion_model.out.2.diff_b": zeros("F16", [4]) })),
  single("sdxl with the mark of velocity", "sdxl", withMore({ v_pred: zeros("F32", [0]) })),
  single("sdxl with the mark of another schedule", "sdxl", withMore({ edm_mean: zeros("F32", [4]) })),
  single(
    "sd1 with scales of blocks",
    "sd1",
    withMore({
      "model.diffusion_model.out.2.weight_scale": zeros("F32", [4, 16]),
    }),
  ),
  single(
    "sd1 marked for 4 bits",
    "sd1",
    withMore({
      "model.diffusion_model.out.2.comfy_quant": text('{"format": "nvfp4"}'),
      "model.diffusion_model.out.2.weight_scale": zeros("F32", []),
    }),
  ),
  lone("model", "single file: sd1 in diffusers' spelling", () => ({ tensors: packed("sd1") })),
  lone("model", "single file: sdxl in diffusers' spelling", () => ({ tensors: packed("sdxl") })),
];

export const sources: readonly Source[] = [
  ...filesIn("adapter-files", "lora").filter(
    ({ name }) => !EMBEDDINGS.test(path.basename(name)) && path.basename(name) !== LONE,
  ),
  ...filesIn("adapter-files", "embedding", EMBEDDINGS),
  ...filesIn("flux1-files", "lora"),
  ...foldersIn("flux1-models", "model", /^flux1-(?:dev|fill)$/, `transformer/${WEIGHTS}`),
  ...foldersIn("flux1-models", "model", /^flux1-dev$/, "text_encoder_2/model.safetensors"),
  ...filesIn("klein-files", "lora"),
  ...foldersIn("klein-models", "model", /^klein$/, `transformer/${WEIGHTS}`),
  ...foldersIn("klein-models", "model", /^klein$/, "text_encoder/model.safetensors"),
  ...foldersIn("klein-models", "model", /^klein$/, `vae/${WEIGHTS}`),
  ...filesIn("z-image-files", "lora"),
  ...foldersIn("z-image-models", "model", /^z-image$/, `transformer/${WEIGHTS}`),
  ...foldersIn("z-image-models", "model", /^z-image$/, "text_encoder/model.safetensors"),
  ...foldersIn("z-image-models", "model", /^z-image$/, `vae/${WEIGHTS}`),
  ...filesIn("qwen-image-files", "lora"),
  ...foldersIn("qwen-image-models", "model", /^qwen-image$/, `transformer/${WEIGHTS}`),
  ...foldersIn("qwen-image-models", "model", /^qwen-image$/, "text_encoder/model.safetensors"),
  ...foldersIn("qwen-image-models", "model", /^qwen-image$/, `vae/${WEIGHTS}`),
  ...filesIn("ernie-files", "lora"),
  ...foldersIn("ernie-models", "model", /^ernie-turbo$/, `transformer/${WEIGHTS}`),
  ...foldersIn("ernie-models", "model", /^ernie-turbo$/, "text_encoder/model.safetensors"),
  ...filesIn("models/vaes", "vae"),
  ...foldersIn("models/vaes", "vae", /./),
  ...filesIn("control-models", "control", /^net.*\.safetensors$/),
  ...filesIn("control-models", "ip-adapter", /^(?:plus|full|xl-plus)\.safetensors$/),
  ...foldersIn("control-models", "control", /^(?:net|t2i)/),
  ...foldersIn("models", "model", /^sd|^lcm|^inpaint|^pix2pix/, `unet/${WEIGHTS}`),
  ...foldersIn("models", "model", /^sd1$|^sdxl$/, `vae/${WEIGHTS}`),
  ...foldersIn("models", "model", /^sd1$|^sdxl$/, "text_encoder/model.safetensors"),
  ...foldersIn("models", "model", /^sd1$/, "image_encoder/model.safetensors"),
  ...foldersIn("models", "model", /^sd1$/, "ip_adapter/ip-adapter.safetensors"),
  ...["esrgan", "bsrgan", "realesrgan-x2", "esrgan-plus", "compact", "span", "span-plain", "dat", "dat-light"].map(
    (name) => fixture("upscaler", `../networks/upscaler-${name}/weights.safetensors`),
  ),
  fixture("matting", "../networks/matting-birefnet/weights.safetensors"),
  inFolder("image-encoder", "models/sd1/image_encoder", "model.safetensors"),
  fixture("image-encoder", "models/sd1/image_encoder/model.safetensors"),
  {
    ...inFolder("filter", "models/sd1", "safety_checker/model.safetensors"),
    read: () => readContent(path.join(FIXTURES, "models/content-filter/safety_checker/model.safetensors")),
    prepare: (place) => {
      cpSync(path.join(FIXTURES, "models/sd1"), place, { recursive: true });
      cpSync(path.join(FIXTURES, "models/content-filter/safety_checker"), path.join(place, "safety_checker"), {
        recursive: true,
      });
      return path.join(place, "safety_checker/model.safetensors");
    },
  },
  ...singles,
];

/** FLUX.2 klein as split files: put together, the same picture as the folder's, and what is missing is named. */
import { appendFileSync, cpSync, rmSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { openModel } from "../../companion/checkpoint/model.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { deviation } from "../networks/fixture.ts";
import { expectDrawnInBlocks } from "./drawn-in-blocks.ts";
import { writeGguf } from "./gguf-sample.ts";
import { asPublished, KLEIN, partOf, writeSplit } from "./klein-sample.ts";
import { drawingWith } from "./painted-at.ts";
import { headerOf, temporaryFolder, writeData, writeRaw } from "./sample.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const fields = { width: 48, height: 64, steps: 2, prompt: "a red cat, wow! flat icon", guidanceScale: 1 };
const { painted, draw, folderPicture } = drawingWith(fields, KLEIN);
const traceOf = async (place: string) => (await painted(place)).trace;

test.each(["", "model.diffusion_model."])(
  "split files with the prefix %j give the folder's picture, byte for byte",
  async (prefix) => {
    const root = path.join(top, `split-${prefix.length}`);
    const file = writeSplit(root, { prefix });
    expect(await draw(file)).toEqual(await folderPicture());
  },
);

test("a file that holds all parts gives the folder's picture", async () => {
  const root = path.join(top, "whole");
  writeSplit(root);
  const file = path.join(root, "vae/whole.safetensors"); // the configuration lies there
  const named = (part: "text_encoder" | "vae", prefix: string) =>
    Object.fromEntries(Object.entries(partOf(part)).map(([key, value]) => [prefix + key, value]));
  writeData(
    file,
    {
      ...asPublished(partOf("transformer"), "model.diffusion_model."),
      ...named("text_encoder", "text_encoders.qwen3_4b.transformer."),
      ...named("vae", "vae."),
    },
    "F32",
  );
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(KLEIN, "tokenizer", name), path.join(root, "vae", name));
  rmSync(path.join(root, "text_encoders"), { recursive: true });
  rmSync(path.join(root, "diffusion_models"), { recursive: true });
  expect(await draw(file)).toEqual(await folderPicture());
});

test("a base model is known by its name, and its steps are many", async () => {
  const distilled = async (transformer: string) => {
    const file = writeSplit(path.join(top, "names"), { transformer });
    return ((await openModel(file)) as unknown as { distilled: boolean }).distilled;
  };
  expect(await distilled("flux-2-klein-base-4b.safetensors")).toBe(false);
  expect(await distilled("flux-2-klein-4b.safetensors")).toBe(true);
});

test("the library lists the transformer alone, and names a part that is missing until it is there", async () => {
  const root = path.join(top, "listed");
  writeSplit(root);
  const library = openLibrary({ folders: [root], starter });
  const listed = async () => {
    const { models, problems } = await library.list();
    return { models: models.filter(({ id }) => id !== "starter").map(({ id }) => id), problems };
  };
  expect(await listed()).toEqual({ models: ["diffusion_models/flux-2-klein"], problems: [] });
  const [klein] = (await library.list()).models.filter(({ family }) => family.id === "flux2-klein");
  expect(klein).toMatchObject({
    ...{ family: { name: "FLUX.2 klein", like: true }, maxTokens: 512, references: true, sizeMultiple: 8 },
    defaults: { steps: 4, guidanceScale: 1, scheduler: "FlowMatchEulerDiscreteScheduler" },
  });
  const [parts, away] = ["text_encoders", "away"].map((name) => path.join(root, name)) as [string, string];
  const spare = path.join(top, "spare");
  cpSync(parts, spare, { recursive: true });
  rmSync(parts, { recursive: true });
  expect((await listed()).problems).toMatchObject([
    {
      name: "diffusion_models/flux-2-klein",
      problem: {
        code: "weights-missing",
        message:
          '"flux-2-klein.safetensors" is the transformer of FLUX.2 klein and needs the text encoder, Qwen3: put "qwen_3_4b.safetensors" of Comfy-Org/Flux-2-Klein-4B into a folder "text_encoders" beside the file\'s folder.',
      },
    },
  ]);
  cpSync(spare, away, { recursive: true });
  expect((await listed()).models).toEqual([]);
  cpSync(spare, parts, { recursive: true });
  expect((await listed()).models).toEqual(["diffusion_models/flux-2-klein"]);
});

test("a transformer with a tensor that is not its own, or without one, is refused by name", async () => {
  const root = path.join(top, "broken");
  const file = writeSplit(root);
  const own = asPublished(partOf("transformer"));
  const { "img_in.weight": first, ...rest } = own;
  writeData(file, { ...own, "double_blocks.0.extra.weight": first! }, "F32");
  await expect(openModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, rest, "F32");
  await expect(openModel(file)).rejects.toMatchObject({ code: "weights-missing" });
  writeData(file, { ...own, "guidance_in.in_layer.weight": first! }, "F32");
  await expect(openModel(file)).rejects.toMatchObject({ code: "model-unsupported" });
});

test.each(["Q8_0", "Q4_0"] as const)("a GGUF file of %s draws what its numbers draw", async (format) => {
  const root = path.join(top, format);
  const file = writeSplit(root);
  await expectDrawnInBlocks({
    ...{ file, gguf: path.join(root, "diffusion_models/flux-2-klein.gguf"), format, traceOf },
    ...{ tensors: asPublished(partOf("transformer")), compared: ["latents.0", "latents.1", "image"] },
  });
  const { models, problems } = await openLibrary({ folders: [root], starter }).list();
  expect(problems).toEqual([]);
  expect(models.map(({ id }) => id)).toContain("diffusion_models/flux-2-klein.gguf");
});

test("a text encoder of GGUF's names and blocks is a part", async () => {
  const root = path.join(top, "llama");
  const file = writeSplit(root);
  const own = partOf("text_encoder");
  rmSync(path.join(root, "text_encoders/qwen_3_tiny.safetensors"));
  const named = Object.entries(own).map(
    ([key, value]) => [llamaName(key), { ...value, type: "F32" as const }] as const,
  );
  writeGguf(path.join(root, "text_encoders/qwen.gguf"), Object.fromEntries(named));
  expect(await draw(file)).toEqual(await folderPicture());
  expect((await openLibrary({ folders: [root], starter }).list()).problems).toEqual([]);
});

const llamaName = (key: string) =>
  key
    .replace("model.embed_tokens", "token_embd")
    .replace("model.norm", "output_norm")
    .replace("model.layers", "blk")
    .replace(/self_attn\.([qk])_norm/, "attn_$1_norm")
    .replace(/self_attn\.([qkv])_proj/, "attn_$1")
    .replace("self_attn.o_proj", "attn_output")
    .replace("input_layernorm", "attn_norm")
    .replace("post_attention_layernorm", "ffn_norm")
    .replace(/mlp\.(\w+)_proj/, "ffn_$1");

test("LoRAs of three spellings are listed for FLUX.2 klein", async () => {
  const files = path.join(KLEIN, "../../klein-files");
  const { addOns, problems } = await openLibrary({ folders: [files, path.dirname(KLEIN)], starter }).list();
  const family = [{ id: "flux2-klein", name: "FLUX.2 klein" }];
  expect(problems).toEqual([]);
  expect(addOns.map(({ id, families }) => ({ id, families }))).toEqual(
    ["lora-diffusers", "lora-kohya", "lora-original"].map((id) => ({ id, families: family })),
  );
});

describe("float8 with a scale for each matrix, as ComfyUI writes it", () => {
  const own = asPublished(partOf("transformer"));
  const isMatrix = ({ shape }: { readonly shape: readonly number[] }) => shape.length === 2;
  /** Any bytes but NaN's. */
  const eighths = (key: string, count: number) =>
    Uint8Array.from({ length: count }, (_, i) => (Math.imul(i + key.length, 2654435761) >>> 24) & 0xb7);
  const eighth = (bits: number) => {
    const [exponent, fraction] = [(bits >> 3) & 15, bits & 7];
    const size = exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7);
    return bits >> 7 ? -size : size;
  };
  const scaleOf = (key: string) => 0.002 + (key.length % 7) / 1000;
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const size = ({ shape }: { readonly shape: readonly number[] }) => shape.reduce((a, b) => a * b, 1);
  const note = (format: string) => ({ dtype: "U8", data: new TextEncoder().encode(JSON.stringify({ format })) });

  type Mixed = Record<string, { readonly dtype: string; readonly shape: readonly number[]; readonly data: Uint8Array }>;
  const write = (file: string, tensors: Mixed) => {
    writeRaw(file, JSON.stringify(headerOf(tensors).header), 0);
    for (const { data } of Object.values(tensors)) appendFileSync(file, data);
  };
  const scaled = (name: string, format?: string): Mixed =>
    Object.fromEntries(
      Object.entries(own).flatMap(([key, value]): [string, Mixed[string]][] => {
        if (!isMatrix(value)) return [[key, { dtype: "F32", ...value }]];
        const layer = key.replace(/\.weight$/, "");
        const noted = format && note(format);
        return [
          [key, { dtype: "F8_E4M3", shape: value.shape, data: eighths(key, size(value)) }],
          [`${layer}.${name}`, { dtype: "F32", shape: [], data: floats(scaleOf(key)) }],
          ...(noted
            ? [[`${layer}.comfy_quant`, { ...noted, shape: [noted.data.length] }] as [string, Mixed[string]]]
            : []),
        ];
      }),
    );

  test.each([
    ["the older layout", "scale_weight", undefined],
    ["the newer one", "weight_scale", "float8_e4m3fn"],
  ] as const)("draws what its numbers draw: %s", async (_, name, format) => {
    const file = writeSplit(path.join(top, name));
    const mark = { scaled_fp8: { dtype: "F8_E4M3", shape: [2], data: Uint8Array.of(0, 0) } };
    write(file, { ...scaled(name, format), ...(name === "scale_weight" && mark) });
    const found = await traceOf(file);
    const store = openSafetensors(file);
    const numbers = Object.entries(own).map(([key, value]) => {
      if (!isMatrix(value)) return [key, value] as const;
      const { data } = readNumbers(store.find(key)!);
      expect(data[0]).toBeCloseTo(eighth(eighths(key, 1)[0]!) * scaleOf(key), 6);
      return [key, { shape: value.shape, data: new Uint8Array(data.buffer) }] as const;
    });
    writeData(file, Object.fromEntries(numbers), "F32");
    const exact = await traceOf(file);
    for (const tensor of ["latents.0", "latents.1", "image"])
      expect([tensor, deviation(found.get(tensor)!, exact.get(tensor)!) < 1e-5]).toEqual([tensor, true]);
  });

  test("another format is refused by name", async () => {
    const file = writeSplit(path.join(top, "mxfp8"));
    write(file, scaled("weight_scale", "mxfp8"));
    await expect(openModel(file)).rejects.toMatchObject({
      code: "model-unsupported",
    });
  });
});

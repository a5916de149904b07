/** A single file and a folder of the same weights give the same picture, byte for byte: every family, and every number format. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { UNetModel } from "../../companion/checkpoint/model.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { clipVocabulary } from "../../companion/tokenizer/clip-vocabulary.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";
import { type FamilyKeys, families, type Range } from "./families.ts";
import { openUNet } from "./open-unet.ts";
import { headerOf, temporaryFolder, writeData, writeRaw } from "./sample.ts";

const top = temporaryFolder();

/** Bits of numbers of about 2⁻⁵: which of 16 (fp8: of 8) vary, and the exponent. */
const FORMATS = {
  F16: { varying: 0x83ff, fixed: 10 << 10, bytes: 2 },
  BF16: { varying: 0x807f, fixed: 122 << 7, bytes: 2 },
  F8_E4M3: { varying: 0x87, fixed: 2 << 3, bytes: 1 },
} as const;
type Format = keyof typeof FORMATS;
type Numbers = Uint16Array | Uint8Array;

/** In an order without pattern, the same in every run; again after a length that divides no tensor's. */
function numbers(count: number, format: Format): Numbers {
  const { varying, fixed, bytes } = FORMATS[format];
  const list = (length: number) => (bytes === 1 ? new Uint8Array(length) : new Uint16Array(length));
  const block = list(100003);
  for (let i = 0, state = 1; i < block.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[i] = ((state >>> 16) & varying) | fixed;
  }
  const all = list(count);
  for (let at = 0; at < count; at += block.length) all.set(block.subarray(0, count - at), at);
  return all;
}

function writeSingle(file: string, { file: shapes }: FamilyKeys, format: Format): Numbers {
  const { header, dataBytes } = headerOf(
    Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, { dtype: format, shape }])),
  );
  const data = numbers(dataBytes / FORMATS[format].bytes, format);
  writeRaw(file, JSON.stringify(header), 0);
  writeFileSync(file, new Uint8Array(data.buffer), { flag: "a" });
  return data;
}

/** A tensor where diffusers takes it from. */
function take(data: Numbers, [dims, first, step]: Range): { shape: number[]; data: Numbers } {
  const count = dims.reduce((product, size) => product * size, 1);
  if (step === 1) return { shape: [...dims], data: data.slice(first, first + count) };
  const [rows, columns] = dims as [number, number];
  const of = (i: number) => data[first + (i % columns) * rows + Math.floor(i / columns)]!;
  const turned = data.slice(first, first + count);
  for (let i = 0; i < count; i++) turned[i] = of(i);
  return { shape: [...dims], data: turned };
}

const UNET = "model.diffusion_model.";

/** A family whose UNet has another tensor, or one of another size: what comes after it moves. */
function vary(base: FamilyKeys, [ldm, diffusers]: readonly [string, string], dims: readonly number[]): FamilyKeys {
  const size = (shape: readonly number[] = [0]) => shape.reduce((product, side) => product * side, 1);
  const end = Object.values(base.file).reduce((sum, shape) => sum + size(shape), 0);
  const own = base.parts.unet![diffusers] ?? [dims, end, 1];
  const growth = size(dims) - size(base.file[UNET + ldm]);
  const moved = ([shape, first, step]: Range): Range => [shape, first > own[1] ? first + growth : first, step];
  const move = (part: Readonly<Record<string, Range>>) =>
    Object.fromEntries(Object.entries(part).map(([key, range]) => [key, moved(range)]));
  const parts = Object.fromEntries(Object.entries(base.parts).map(([name, part]) => [name, move(part)]));
  return {
    file: { ...base.file, [UNET + ldm]: dims },
    parts: { ...parts, unet: { ...parts.unet, [diffusers]: [dims, own[1], 1] } },
  };
}

function writeFolder(folder: string, { parts }: FamilyKeys, data: Numbers, model: UNetModel, format: Format): void {
  const json = (name: string, value: object) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), JSON.stringify(value));
  };
  const weights = (part: string, file: string) =>
    writeData(
      path.join(folder, file),
      Object.fromEntries(Object.entries(parts[part]!).map(([key, range]) => [key, take(data, range)])),
      format,
    );
  const { num_attention_heads, ...unet } = model.denoiser.config;
  json("unet/config.json", { ...unet, attention_head_dim: num_attention_heads });
  weights("unet", "unet/diffusion_pytorch_model.safetensors");
  const { kind: _, ...vae } = model.vae.config;
  const levels = vae.block_out_channels.length;
  json("vae/config.json", {
    ...vae,
    down_block_types: Array(levels).fill("DownEncoderBlock2D"),
    up_block_types: Array(levels).fill("UpDecoderBlock2D"),
  });
  weights("vae", "vae/diffusion_pytorch_model.safetensors");
  json("scheduler/scheduler_config.json", model.schedulerConfig);
  json("model_index.json", {
    _class_name: "StableDiffusionPipeline",
    requires_aesthetics_score: model.settings.requiresAestheticsScore,
    force_zeros_for_empty_prompt: model.settings.forceZerosForEmptyPrompt,
  });
  const { vocab, merges } = clipVocabulary();
  model.textEncoders.forEach(({ component: { config } }, i) => {
    const suffix = i === 0 ? "" : "_2";
    const { with_projection, ...text } = config;
    const name = with_projection ? "CLIPTextModelWithProjection" : "CLIPTextModel";
    json(`text_encoder${suffix}/config.json`, { ...text, architectures: [name] });
    weights(`text_${i}`, `text_encoder${suffix}/model.safetensors`);
    const pad = config.hidden_act === "gelu" ? "!" : "<|endoftext|>";
    const special = {
      bos_token: "<|startoftext|>",
      eos_token: "<|endoftext|>",
      unk_token: "<|endoftext|>",
      pad_token: pad,
    };
    json(`tokenizer${suffix}/tokenizer_config.json`, { ...special, tokenizer_class: "CLIPTokenizer" });
    json(`tokenizer${suffix}/vocab.json`, vocab);
    writeFileSync(path.join(folder, `tokenizer${suffix}/merges.txt`), merges.join("\n"));
  });
}

/** The pooled text's projection as diffusers' converter wrote it: under a linear layer's name, and as one keeps it. */
function converted({ file, parts }: FamilyKeys): FamilyKeys {
  const key = "conditioner.embedders.1.model.text_projection";
  const [dims, first] = parts.text_1!["text_projection.weight"]!;
  const renamed = Object.entries(file).map(([name, shape]) => (name === key ? [`${key}.weight`, dims] : [name, shape]));
  return {
    file: Object.fromEntries(renamed),
    parts: { ...parts, text_1: { ...parts.text_1, "text_projection.weight": [dims, first, 1] } },
  };
}

const CONV_IN = ["input_blocks.0.0.weight", "conv_in.weight"] as const;
const COND_PROJ = ["time_embed.cond_proj.weight", "time_embedding.cond_proj.weight"] as const;
const conv = (family: string, channels: number) =>
  vary(families[family]!, CONV_IN, [families[family]!.file[UNET + CONV_IN[0]]![0]!, channels, 3, 3]);

const picture = { image: "i", strength: 0.6, steps: 2 };
const masked = { ...picture, mask: "m" };
const cases: readonly (readonly [name: string, keys: FamilyKeys, format: Format, fields: Partial<GenerateRequest>])[] =
  [
    ["sd1", families.sd1!, "F8_E4M3", masked],
    ["sd1-inpaint", families["sd1-inpaint"]!, "BF16", { ...masked, loras: [{ model: "lora", weight: 0.5 }] }],
    ["pix2pix", families["sd1-pix2pix"]!, "F16", { image: "i" }],
    [
      "lcm",
      vary(families.sd1!, COND_PROJ, [families.sd1!.file[`${UNET}time_embed.0.weight`]![1]!, 16]),
      "BF16",
      picture,
    ],
    ["sd2", families.sd2!, "F16", { promptSyntax: "a1111", prompt: "a (cat:1.2)", clipSkip: 1 }],
    ["sd2-inpaint", conv("sd2", 9), "F8_E4M3", { ...masked, composite: false }],
    ["sdxl", families.sdxl!, "F16", { prompt2: "a dog", loras: [{ model: "lora", weight: -0.7 }], clipSkip: 1 }],
    ["sdxl-inpaint", conv("sdxl", 9), "BF16", masked],
    ["sdxl-converter", converted(families.sdxl!), "F16", { prompt2: "a dog" }],
    ["sdxl-refiner", families["sdxl-refiner"]!, "F8_E4M3", picture],
  ];

test.each(cases)(
  "generate() gives the same bytes for a single file and a folder: %s",
  async (name, keys, format, fields) => {
    const [file, folder, lora] = ["", "-folder", "-lora"].map((end) => path.join(top, name + end)) as [
      string,
      string,
      string,
    ];
    const data = writeSingle(file, keys, format);
    writeFolder(folder, keys, data, await openUNet(file), format);
    const layer = Object.keys(keys.parts.unet!).find((key) => key.endsWith("attn1.to_q.weight"))!;
    const width = keys.parts.unet![layer]![0][0]!;
    const place = `lora_unet_${layer.replace(/\.weight$/, "").replaceAll(".", "_")}`;
    writeData(lora, {
      [`${place}.lora_down.weight`]: { shape: [2, width], data: numbers(2 * width, "F16") },
      [`${place}.lora_up.weight`]: { shape: [width, 2], data: numbers(2 * width, "F16") },
    });
    const studio = openTestStudio(undefined, { file, folder, lora });
    const images = {
      i: await encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(99) }),
      m: await encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(255, 0, 64 * 40 * 4) }),
    };
    const draw = async (model: string) =>
      (await paint(studio, request({ model, prompt: "a cat, wow!", steps: 1, ...fields }), images)).result.png;
    const png = await draw("folder");
    expect(new Set((await decodeImage(png)).data).size).toBeGreaterThan(20); // a picture, not one colour
    expect(png).toEqual(await draw("file"));
    await studio.close();
  },
  240_000,
);

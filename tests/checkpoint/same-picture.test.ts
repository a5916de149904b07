/**
 * A single file and a folder of the same weights give the same picture, byte for byte. UNDERPAINT_FAMILIES=sd1,sd1-inpaint
 * runs those of tests/fixtures/checkpoint.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Model, openModel } from "../../companion/checkpoint/model.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { clipVocabulary } from "../../companion/tokenizer/clip-vocabulary.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";
import { families, type Range } from "./families.ts";
import { headerOf, temporaryFolder, writeData, writeRaw } from "./sample.ts";

const top = temporaryFolder();

/** Halves of about 2⁻⁵ in an order without pattern, the same in every run; again after a length that divides no tensor's. */
function numbers(count: number): Uint16Array {
  const block = new Uint16Array(100003);
  for (let i = 0, state = 1; i < block.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    block[i] = ((state >>> 16) & 0x83ff) | (10 << 10);
  }
  const all = new Uint16Array(count);
  for (let at = 0; at < count; at += block.length) all.set(block.subarray(0, count - at), at);
  return all;
}

function writeSingle(file: string, family: string): Uint16Array {
  const { header, dataBytes } = headerOf(
    Object.fromEntries(Object.entries(families[family]!.file).map(([key, shape]) => [key, { shape }])),
  );
  const data = numbers(dataBytes / 2);
  writeRaw(file, JSON.stringify(header), 0);
  writeFileSync(file, new Uint8Array(data.buffer), { flag: "a" });
  return data;
}

/** A tensor where diffusers takes it from. */
function take(data: Uint16Array, [dims, first, step]: Range): { shape: number[]; data: Uint16Array } {
  const count = dims.reduce((product, size) => product * size, 1);
  if (step === 1) return { shape: [...dims], data: data.slice(first, first + count) };
  const [rows, columns] = dims as [number, number];
  const of = (i: number) => data[first + (i % columns) * rows + Math.floor(i / columns)]!;
  return { shape: [...dims], data: Uint16Array.from({ length: rows * columns }, (_, i) => of(i)) };
}

function writeFolder(folder: string, family: string, data: Uint16Array, model: Model): void {
  const json = (name: string, value: object) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), JSON.stringify(value));
  };
  const { parts } = families[family]!;
  const weights = (part: string, file: string) =>
    writeData(
      path.join(folder, file),
      Object.fromEntries(Object.entries(parts[part]!).map(([key, range]) => [key, take(data, range)])),
    );
  const { num_attention_heads, ...unet } = model.unet.config;
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

test.each((process.env.UNDERPAINT_FAMILIES ?? "sd2,sdxl,sdxl-refiner").split(","))(
  "generate() gives the same bytes for a single file and a folder: %s",
  async (family) => {
    const [file, folder] = [path.join(top, `${family}.safetensors`), path.join(top, family)];
    const data = writeSingle(file, family);
    writeFolder(folder, family, data, await openModel(file));
    const studio = openTestStudio(undefined, { file, folder });
    const image = await encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(99) });
    const draw = async (model: string) => {
      const fields = { model, prompt: "a cat, wow!", steps: 1, ...(family.includes("pix2pix") && { image: "i" }) };
      return (await paint(studio, request(fields), { i: image })).result.png;
    };
    const png = await draw("folder");
    expect(new Set((await decodeImage(png)).data).size).toBeGreaterThan(20); // a picture, not one colour
    expect(png).toEqual(await draw("file"));
    await studio.close();
  },
);

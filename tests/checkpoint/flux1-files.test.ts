/** FLUX.1 as the files that people have: put together, the same picture as the folder's, and what is missing is named. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { useOf as trainedFor } from "../../companion/checkpoint/flux1/model.ts";
import { type Flux1Model, openModel } from "../../companion/checkpoint/model.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { openWholeLora, openWholeModel } from "../../companion/opening/open-whole.ts";
import { openWholeRedux, openWholeSiglip } from "../../companion/opening/redux.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { useOf } from "../../shared/licences.ts";
import { deviation } from "../networks/fixture.ts";
import { paint, request } from "../pipeline/studio-for-tests.ts";
import { blockNumbers } from "./block-numbers.ts";
import { DEV, flux1AsPublished, flux1Part, layBesideFlux1, REDUX, SCHNELL, writeSplitFlux1 } from "./flux1-sample.ts";
import { asBlocks, writeGguf } from "./gguf-sample.ts";
import { drawingWith } from "./painted-at.ts";
import { temporaryFolder, writeData } from "./sample.ts";
import { numbersOfScaledFloat8, writeScaledFloat8 } from "./scaled-float8.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const fields = { width: 48, height: 32, steps: 1, prompt: "a red cat, wow! flat icon" };
const { painted, draw, folderPicture } = drawingWith(fields, SCHNELL);

test("split files give the folder's picture, byte for byte", async () => {
  expect(await draw(writeSplitFlux1(path.join(top, "split")))).toEqual(await folderPicture());
});

test("a file that holds all parts, as ComfyUI puts them together, gives the folder's picture", async () => {
  const root = path.join(top, "whole");
  const file = path.join(root, "checkpoints/flux1-schnell.safetensors");
  for (const part of ["transformer", "tokenizer", "tokenizer_2"])
    layBesideFlux1(part, path.join(root, "checkpoints", part === "transformer" ? "" : part));
  const named = (part: "t5" | "clip" | "vae", prefix: string) =>
    Object.entries(flux1Part(part)).map(([key, value]) => [prefix + key, value] as const);
  writeData(
    file,
    {
      ...flux1AsPublished(flux1Part("transformer"), "model.diffusion_model."),
      ...Object.fromEntries(named("t5", "text_encoders.t5xxl.transformer.")),
      "text_encoders.t5xxl.logit_scale": { shape: [], data: new Uint8Array(4) },
    },
    "F32",
  );
  // Of so small a CLIP and autoencoder no tensor says how many heads and groups there are: they lie beside.
  rmSync(path.dirname(writeSplitFlux1(path.join(top, "rest"))), { recursive: true });
  for (const part of ["clip", "vae"]) cpSync(path.join(top, "rest", part), path.join(root, part), { recursive: true });
  expect(await draw(file)).toEqual(await folderPicture());
});

test("the library lists the transformer alone, and names a part that is missing with where it is published", async () => {
  const root = path.join(top, "listed");
  writeSplitFlux1(root);
  const listed = async () => {
    const { models, problems } = await openLibrary({ folders: [root], starter }).list();
    return {
      models: models.filter(({ id }) => id !== "starter").map(({ id }) => id),
      problems: problems.map(({ problem }) => problem.message),
    };
  };
  expect(await listed()).toEqual({ models: ["diffusion_models/flux1-schnell"], problems: [] });
  const missing = (what: string, name: string, source: string, folder: string) =>
    `"flux1-schnell.safetensors" is the transformer of FLUX.1 and needs ${what}: put "${name}" of ${source} into a folder "${folder}" beside the file's folder.`;
  const encoders = "comfyanonymous/flux_text_encoders";
  for (const [folder, message] of [
    ["vae", missing("the autoencoder (VAE)", "ae.safetensors", "black-forest-labs/FLUX.1-schnell", "vae")],
    ["clip", missing("a text encoder, CLIP-L", "clip_l.safetensors", encoders, "text_encoders")],
    ["text_encoders", missing("a text encoder, T5-XXL", "t5xxl_fp16.safetensors", encoders, "text_encoders")],
  ] as const) {
    cpSync(path.join(root, folder), path.join(top, "spare"), { recursive: true });
    rmSync(path.join(root, folder), { recursive: true });
    expect(await listed()).toEqual({ models: [], problems: [message] });
    cpSync(path.join(top, "spare"), path.join(root, folder), { recursive: true });
    rmSync(path.join(top, "spare"), { recursive: true });
  }
});

test("a transformer with a tensor that is not its own, or without one, is refused by name", async () => {
  const file = writeSplitFlux1(path.join(top, "broken"));
  const own = flux1AsPublished(flux1Part("transformer"));
  const { "img_in.weight": first, ...rest } = own;
  writeData(file, { ...own, "double_blocks.0.extra.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, { ...own, "x_embedder.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, rest, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-missing" });
});

test.each(["Q8_0", "Q4_0"] as const)(
  "GGUF files of %s draw what their numbers draw, T5 in llama.cpp's names",
  async (format) => {
    const root = path.join(top, format);
    const file = writeSplitFlux1(root);
    const t5 = path.join(root, "text_encoders/t5xxl_tiny.safetensors");
    const llama = Object.entries(flux1Part("t5")).map(([key, value]) => [asLlama(key), value] as const);
    const parts = [
      [file, Object.entries(flux1AsPublished(flux1Part("transformer")))],
      [t5, llama.filter(([key]) => key !== undefined) as [string, (typeof llama)[0][1]][]],
    ] as const;
    for (const [place, own] of parts) {
      const blocks = own.map(([key, value]) => [key, asBlocks(value, format)] as const);
      const plain = blocks.map(([key, { shape, data, type }]) => {
        const numbers = type === "F32" ? data : new Uint8Array(blockNumbers(data, format).buffer);
        return [key, { shape, data: numbers }] as const;
      });
      writeData(place, Object.fromEntries(plain), "F32");
    }
    const exact = (await painted(file)).trace;
    for (const [place, own] of parts) {
      const blocks = own.map(([key, value]) => [key, asBlocks(value, format)] as const);
      rmSync(place);
      writeGguf(place.replace("safetensors", "gguf"), Object.fromEntries(blocks));
    }
    const found = (await painted(file.replace("safetensors", "gguf"))).trace;
    for (const name of ["prompt_embeds", "latents.0", "image"])
      expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
  },
);

test("float8 with a scale for each matrix draws what its numbers draw, T5's too", async () => {
  const root = path.join(top, "scaled");
  const file = writeSplitFlux1(root);
  const parts = [
    [file, flux1AsPublished(flux1Part("transformer"))],
    [path.join(root, "text_encoders/t5xxl_tiny.safetensors"), flux1Part("t5")],
  ] as const;
  for (const [place, own] of parts) writeScaledFloat8(place, own);
  const found = (await painted(file)).trace;
  for (const [place, own] of parts) writeData(place, numbersOfScaledFloat8(own), "F32");
  const exact = (await painted(file)).trace;
  for (const name of ["prompt_embeds", "latents.0", "image"])
    expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
});

/** Undefined for the table once more. */
function asLlama(key: string): string | undefined {
  const mlp: Record<string, string> = { wi_0: "ffn_gate", wi_1: "ffn_up", wo: "ffn_down" };
  if (key === "shared.weight") return "token_embd.weight";
  if (key === "encoder.embed_tokens.weight") return undefined;
  return key
    .replace(/^encoder\.block\.(\d+)\.layer\.0\.SelfAttention\.relative_attention_bias/, "enc.blk.$1.attn_rel_b")
    .replace(/^encoder\.block\.(\d+)\.layer\.0\.SelfAttention\.(\w)/, "enc.blk.$1.attn_$2")
    .replace(/^encoder\.block\.(\d+)\.layer\.0\.layer_norm/, "enc.blk.$1.attn_norm")
    .replace(/^encoder\.block\.(\d+)\.layer\.1\.layer_norm/, "enc.blk.$1.ffn_norm")
    .replace(/^encoder\.block\.(\d+)\.layer\.1\.DenseReluDense\.(\w+)/, (_, i, name) => `enc.blk.${i}.${mlp[name]}`)
    .replace("encoder.final_layer_norm", "enc.output_norm");
}

test("folders are opened as what they say, and the published ones are told apart", async () => {
  expect(await openModel(SCHNELL)).toMatchObject({ use: "draw", text: { tokenizer: { maxLength: 256 } } });
  const dev = (await openModel(DEV)) as Flux1Model;
  expect(dev).toMatchObject({ use: "draw", text: { tokenizer: { maxLength: 512 } }, nativeSize: 1024 });
  const { config } = dev.denoiser;
  const called = (isKontext: boolean, in_channels = 64) =>
    trainedFor({ ...config, in_channels, out_channels: 64 }, isKontext);
  const told = [called(false), called(true), called(false, 384), called(false, 128)];
  expect(told).toEqual(["draw", "edit", "fill", "follow"]);
});

test("LoRAs of four spellings are listed for FLUX.1, and Fill and Kontext for what they do", async () => {
  const files = path.join(SCHNELL, "../../flux1-files");
  const { addOns, models, problems } = await openLibrary({ folders: [files, path.dirname(SCHNELL)], starter }).list();
  expect(problems).toEqual([]);
  expect(addOns.map(({ id, families }) => ({ id, families }))).toEqual(
    ["lora-diffusers", "lora-kohya", "lora-original", "lora-xlabs"].map((id) => ({
      id,
      families: [{ id: "flux1", name: "FLUX.1" }],
    })),
  );
  const of = (id: string) => models.find((model) => model.id === id);
  const scheduler = "FlowMatchEulerDiscreteScheduler";
  const common = { family: { id: "flux1", like: true }, sizeMultiple: 16, plain: true, ignoresNegativePrompt: true };
  expect(of("flux1-schnell")).toMatchObject({ ...common, maxTokens: 256, defaults: { steps: 4, scheduler } });
  expect(of("flux1-dev")).toMatchObject({ ...common, maxTokens: 512, defaults: { steps: 28, guidanceScale: 3.5 } });
  expect(of("flux1-fill")).toMatchObject({ ...common, inpainting: true, defaults: { steps: 50, guidanceScale: 30 } });
  // Said before the first picture, where no file says it.
  const uses = ["schnell", "dev", "fill", "kontext", "canny"].map((name) =>
    useOf({ licence: of(`flux1-${name}`)!.licence }),
  );
  expect(uses).toEqual(["allowed", "forbidden", "forbidden", "forbidden", "forbidden"]);
  expect(of("flux1-canny")).toMatchObject({ ...common, follows: true, defaults: { steps: 50, guidanceScale: 30 } });
  expect(of("flux1-kontext")).toMatchObject({ ...common, seesPictures: true, defaults: { guidanceScale: 2.5 } });
});

test("a LoRA that makes dev follow a picture is refused by name", async () => {
  const file = path.join(top, "flux1-canny-dev-lora.safetensors");
  const one = { shape: [2, 2], data: new Uint8Array(16) };
  const ends = ["lora_A.weight", "lora_B.weight", "lora_B.bias"];
  const keys = ["img_in", "double_blocks.0.img_attn.proj"].flatMap((layer) => ends.map((end) => `${layer}.${end}`));
  writeData(file, Object.fromEntries(keys.map((key) => [key, one])), "F32");
  expect(() => openWholeLora(file)).toThrow("choose FLUX.1 Canny or Depth as a whole");
});

const reduxPart = (part: "image_embedder" | "image_encoder", prefix = "") => {
  const name = part === "image_encoder" ? "model" : "diffusion_pytorch_model";
  const file = openSafetensors(path.join(REDUX, part, `${name}.safetensors`));
  const entries = [...file.keys()].map((key) => {
    const data = file.read(key);
    return [prefix + key, { shape: file.find(key)!.dims, data }] as const;
  });
  return Object.fromEntries(entries);
};

test("Redux and SigLIP as single files are found wherever they lie, follow as the folder does, and each half names the other", async () => {
  const root = path.join(top, "redux");
  writeSplitFlux1(root);
  const place = (folder: string, name: string) => {
    mkdirSync(path.join(root, folder), { recursive: true });
    return path.join(root, folder, name);
  };
  const embedder = place("style_models", "flux1-redux-dev.safetensors");
  const encoder = place("clip_vision", "sigclip_vision_patch14_384.safetensors");
  const listed = async () => {
    const library = openLibrary({ folders: [root], starter });
    const { models, problems } = await library.list();
    const { references, redux } = models.find(({ id }) => id === "diffusion_models/flux1-schnell")!;
    return { references, redux, problems: problems.map(({ problem }) => problem.message), library };
  };
  expect(await listed()).toMatchObject({ references: false, problems: [] });
  writeData(embedder, reduxPart("image_embedder"), "F32");
  const missing = (await listed()).problems;
  expect(missing).toEqual([expect.stringContaining("sigclip_vision_patch14_384.safetensors")]);
  rmSync(embedder);
  writeData(encoder, reduxPart("image_encoder", "vision_model."), "F32");
  // Of so small an encoder no tensor says how many heads it has.
  cpSync(path.join(REDUX, "image_encoder/config.json"), path.join(root, "clip_vision/config.json"));
  expect((await listed()).problems).toEqual([expect.stringContaining('put "flux1-redux-dev.safetensors"')]);
  writeData(embedder, reduxPart("image_embedder"), "F32");
  const whole = await listed();
  expect(whole).toMatchObject({ references: true, problems: [], redux: { name: "FLUX.1 Redux" } });
  expect(useOf({ licence: whole.redux!.licence })).toBe("forbidden");

  const image = await encodePng({
    width: 9,
    height: 7,
    data: Uint8Array.from({ length: 252 }, (_, i) => (i * 37) % 256),
  });
  const drawn = async (adapter: { adapter?: string }) => {
    const studio = openStudio({ device: cpuDevice(), library: whole.library, names: "paths" });
    const references = [{ image: "r", weight: 0.8, start: 0, end: 1, ...adapter }];
    try {
      return (await paint(studio, request({ ...fields, model: SCHNELL, references }), { r: image })).result.png;
    } finally {
      await studio.close();
    }
  };
  expect(await drawn({})).toEqual(await drawn({ adapter: REDUX }));
});

test("a folder of Redux holds both halves, and is listed as nothing else", async () => {
  const root = path.dirname(SCHNELL);
  const { models, problems } = await openLibrary({ folders: [root], starter }).list();
  expect(problems).toEqual([]);
  const served = models.filter(({ family, references }) => family.id === "flux1" && references).map(({ id }) => id);
  expect(served.sort()).toEqual(["flux1-canny", "flux1-dev", "flux1-fill", "flux1-schnell"]);
});

test("a small SigLIP without its config, and one of CLIP's in its place, are refused by name", async () => {
  const file = path.join(top, "siglip.safetensors");
  writeData(file, reduxPart("image_encoder"), "F32");
  expect(() => openWholeSiglip(file)).toThrow("none of the published ones");
  expect(() => openWholeRedux(file)).toThrow("not FLUX.1 Redux");
  const { "head.probe": _, ...rest } = reduxPart("image_encoder");
  writeData(file, rest, "F32");
  expect(() => openWholeSiglip(file)).toThrow("not SigLIP");
});

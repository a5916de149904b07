/** Qwen-Image as the files that people have: put together, the same picture as the folder's, and what is missing is named. */
import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { openModel, type QwenImageModel } from "../../companion/checkpoint/model.ts";
import { refuseMisfits } from "../../companion/checkpoint/qwen-image/model.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { openWholeModel } from "../../companion/opening/open-whole.ts";
import { deviation } from "../networks/fixture.ts";
import { expectDrawnInBlocks } from "./drawn-in-blocks.ts";
import type { Samples } from "./klein-sample.ts";
import { drawingWith, listed } from "./painted-at.ts";
import { asLlama, QWEN_IMAGE, qwenImagePart, writeSplitQwenImage } from "./qwen-image-sample.ts";
import { temporaryFolder, writeData } from "./sample.ts";
import { numbersOfScaledFloat8, writeScaledFloat8 } from "./scaled-float8.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const fields = { width: 32, height: 40, steps: 2, prompt: "a red cat, wow! flat icon", guidanceScale: 3 };
const { painted, traceOf, draw, folderPicture } = drawingWith(fields, QWEN_IMAGE);

test.each(["", "model.diffusion_model."])(
  "split files with the prefix %j and the autoencoder in its authors' names give the folder's picture, byte for byte",
  async (prefix) => {
    const file = writeSplitQwenImage(path.join(top, `split-${prefix.length}`), { prefix });
    expect(await draw(file)).toEqual(await folderPicture());
  },
);

test("the text encoder in llama.cpp's names and in those of newer transformers gives the folder's picture", async () => {
  const root = path.join(top, "texts");
  const file = writeSplitQwenImage(root);
  const place = path.join(root, "text_encoders/qwen_2.5_vl_tiny.safetensors");
  const own = qwenImagePart("text_encoder");
  const newer = Object.entries(own).map(([key, value]) => [
    key.replace(/^model\./, "model.language_model.").replace(/^visual\./, "model.visual."),
    value,
  ]);
  for (const tensors of [Object.fromEntries(newer) as Samples, asLlama(own)]) {
    writeData(place, tensors, "F32");
    expect(await draw(file)).toEqual(await folderPicture());
  }
});

test("the library lists the transformer alone, says what it may be used for, and names a part that is missing", async () => {
  const root = path.join(top, "listed");
  writeSplitQwenImage(root);
  expect(await listed(root)).toEqual({ models: ["diffusion_models/qwen_image"], problems: [] });
  const { models } = await openLibrary({ folders: [root], starter }).list();
  expect(models.find(({ family }) => family.id === "qwen-image")).toMatchObject({
    ...{ family: { name: "Qwen-Image", like: true }, maxTokens: 512, references: false, sizeMultiple: 8 },
    licence: expect.stringContaining("commercial use too"),
    defaults: { steps: 50, guidanceScale: 4, scheduler: "FlowMatchEulerDiscreteScheduler" },
  });
  const missing = (what: string, name: string, folder: string) =>
    `"qwen_image.safetensors" is the transformer of Qwen-Image and needs ${what}: put "${name}" of Comfy-Org/Qwen-Image_ComfyUI into a folder "${folder}" beside the file's folder.`;
  cpSync(path.join(root, "vae"), path.join(top, "spare"), { recursive: true });
  rmSync(path.join(root, "vae"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the autoencoder (VAE)", "qwen_image_vae.safetensors", "vae")],
  });
  cpSync(path.join(top, "spare"), path.join(root, "vae"), { recursive: true });
  rmSync(path.join(root, "text_encoders"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the text encoder, Qwen2.5-VL", "qwen_2.5_vl_7b_fp8_scaled.safetensors", "text_encoders")],
  });
});

test("a transformer with a tensor that is not its own, or without one, is refused by name", async () => {
  const root = path.join(top, "broken");
  const file = writeSplitQwenImage(root);
  const own = qwenImagePart("transformer");
  const { "img_in.weight": first, "txt_norm.weight": _, ...rest } = own;
  writeData(file, { ...own, "transformer_blocks.0.extra.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, { ...rest, "img_in.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-missing" });
});

test.each(["Q8_0", "Q4_0"] as const)("a GGUF file of %s draws what its numbers draw", async (format) => {
  const root = path.join(top, format);
  const file = writeSplitQwenImage(root);
  await expectDrawnInBlocks({
    ...{ file, gguf: path.join(root, "diffusion_models/qwen_image.gguf"), format, traceOf },
    ...{ tensors: qwenImagePart("transformer"), compared: ["latents.1", "image"] },
  });
  expect(await listed(root)).toEqual({ models: ["diffusion_models/qwen_image.gguf"], problems: [] });
});

test("float8 with a scale for each matrix, of transformer and text encoder, draws what its numbers draw", async () => {
  const root = path.join(top, "scaled");
  const file = writeSplitQwenImage(root);
  const place = path.join(root, "text_encoders/qwen_2.5_vl_tiny.safetensors");
  const [own, text] = [qwenImagePart("transformer"), qwenImagePart("text_encoder")];
  writeScaledFloat8(file, own);
  writeScaledFloat8(place, text);
  const found = (await painted(file)).trace;
  writeData(file, numbersOfScaledFloat8(own), "F32");
  writeData(place, numbersOfScaledFloat8(text), "F32");
  const exact = (await painted(file)).trace;
  for (const name of ["prompt_embeds", "latents.1", "image"])
    expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
});

test("parts of several models are refused, and a text encoder of which layers were cut", async () => {
  const model = (await openModel(QWEN_IMAGE)) as QwenImageModel;
  const { denoiser, text } = model;
  const { component } = text;
  const wide = { ...component, config: { ...component.config, hidden_size: 3584 } };
  const reads = { ...denoiser, config: { ...denoiser.config, joint_attention_dim: 3584 } };
  const refused = (parts: Partial<QwenImageModel>) => expect(() => refuseMisfits({ ...model, ...parts }));
  refused({ denoiser: reads }).toThrow("reads texts of width 3584, and the text encoder gives 32");
  refused({ denoiser: reads, text: { ...text, component: wide, states: [27] } }).toThrow(
    "the text encoder has 27 layers, where 28 are read",
  );
  refused({ denoiser: { ...denoiser, config: { ...denoiser.config, out_channels: 4 } } }).toThrow(
    "latents of 4 channels",
  );
});

test("LoRAs of four spellings are listed for Qwen-Image", async () => {
  const files = path.join(QWEN_IMAGE, "../../qwen-image-files");
  const { addOns, problems } = await openLibrary({ folders: [files, QWEN_IMAGE], starter }).list();
  expect(problems).toEqual([]);
  expect(addOns.map(({ id, families }) => ({ id, families }))).toEqual(
    ["lora-comfy", "lora-diffusers", "lora-kohya", "lora-plain"].map((id) => ({
      id,
      families: [{ id: "qwen-image", name: "Qwen-Image" }],
    })),
  );
});

test("Edit is known by its name, and the later one by a mark in it, too; it needs a text encoder that sees", async () => {
  const root = path.join(top, "edits");
  const opened = async (transformer: string, more: Samples = {}) => {
    const file = writeSplitQwenImage(root, { transformer });
    writeData(file, { ...qwenImagePart("transformer"), ...more }, "F32");
    const { use, denoiser, text } = (await openWholeModel(file)) as QwenImageModel;
    rmSync(file);
    return [use, denoiser.config.zero_cond_t, text.eyes !== undefined];
  };
  expect(await opened("qwen_image_fp32.safetensors")).toEqual(["draw", false, false]);
  expect(await opened("qwen_image_edit_2509.safetensors")).toEqual(["edit", false, true]);
  expect(await opened("Qwen-Image-Edit-2511.safetensors")).toEqual(["edit", true, true]);
  const mark = { __index_timestep_zero__: { shape: [0], data: new Uint8Array() } };
  expect(await opened("mine.safetensors", mark)).toEqual(["edit", true, true]);

  const file = writeSplitQwenImage(root, { transformer: "qwen_image_edit.safetensors" });
  const { models } = await openLibrary({ folders: [root], starter }).list();
  expect(models.find(({ family }) => family.id === "qwen-image")).toMatchObject({
    references: true,
    seesPictures: true,
  });
  const blind = Object.entries(qwenImagePart("text_encoder")).filter(([key]) => !key.startsWith("visual."));
  writeData(path.join(root, "text_encoders/qwen_2.5_vl_tiny.safetensors"), Object.fromEntries(blind), "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({
    code: "weights-missing",
    message: expect.stringContaining("the text encoder, Qwen2.5-VL"),
  });
});

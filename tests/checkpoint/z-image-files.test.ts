/** Z-Image as the files that people have: put together, the same picture as the folder's, and what is missing is named. */
import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { openModel, type ZImageModel } from "../../companion/checkpoint/model.ts";
import { refuseMisfits } from "../../companion/checkpoint/z-image/model.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { openWholeModel } from "../../companion/opening/open-whole.ts";
import { deviation } from "../networks/fixture.ts";
import { expectDrawnInBlocks } from "./drawn-in-blocks.ts";
import { drawingWith, listed } from "./painted-at.ts";
import { temporaryFolder, writeData } from "./sample.ts";
import { numbersOfScaledFloat8, writeScaledFloat8 } from "./scaled-float8.ts";
import { asOriginal, layBeside, writeSplitZImage, Z_IMAGE, zImagePart } from "./z-image-sample.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const fields = { width: 32, height: 40, steps: 1, prompt: "a red cat, wow! flat icon", guidanceScale: 0 };
const { painted, traceOf, draw, folderPicture } = drawingWith(fields, Z_IMAGE);

test.each(["", "model.diffusion_model."])(
  "split files with the prefix %j give the folder's picture, byte for byte",
  async (prefix) => {
    const file = writeSplitZImage(path.join(top, `split-${prefix.length}`), { prefix });
    expect(await draw(file)).toEqual(await folderPicture());
  },
);

test("a file that holds all parts gives the folder's picture", async () => {
  const root = path.join(top, "whole");
  rmSync(path.dirname(writeSplitZImage(root)), { recursive: true });
  rmSync(path.join(root, "text_encoders"), { recursive: true });
  const file = path.join(root, "vae/whole-turbo.safetensors");
  const named = (part: "text_encoder" | "vae", prefix: string) =>
    Object.fromEntries(Object.entries(zImagePart(part)).map(([key, value]) => [prefix + key, value]));
  writeData(
    file,
    {
      ...asOriginal(zImagePart("transformer"), "model.diffusion_model."),
      ...named("text_encoder", "text_encoders.qwen3_4b.transformer."),
      ...named("vae", "vae."),
    },
    "F32",
  );
  layBeside(root, { vae: "vae", tokenizer: "vae" });
  expect(await draw(file)).toEqual(await folderPicture());
});

test("Turbo is known by its name, and its steps are few", async () => {
  const root = path.join(top, "names");
  for (const [transformer, steps, guidanceScale] of [
    ["z_image_turbo_bf16.safetensors", 8, 0],
    ["z_image_bf16.safetensors", 28, 4],
  ] as const) {
    const file = writeSplitZImage(root, { transformer });
    const { models } = await openLibrary({ folders: [root], starter }).list();
    const [model] = models.filter(({ family }) => family.id === "z-image");
    expect(model).toMatchObject({
      ...{
        family: { name: "Z-Image", like: true },
        maxTokens: 512,
        references: false,
        sizeMultiple: 8,
        guidesAbove: 0,
      },
      defaults: { steps, guidanceScale, scheduler: "FlowMatchEulerDiscreteScheduler" },
    });
    rmSync(file);
  }
});

test("the library lists the transformer alone, and names a part that is missing", async () => {
  const root = path.join(top, "listed");
  writeSplitZImage(root);
  expect(await listed(root)).toEqual({ models: ["diffusion_models/z_image_turbo"], problems: [] });
  const missing = (what: string, name: string, folder: string) =>
    `"z_image_turbo.safetensors" is the transformer of Z-Image and needs ${what}: put "${name}" of Comfy-Org/z_image_turbo into a folder "${folder}" beside the file's folder.`;
  cpSync(path.join(root, "vae"), path.join(top, "spare"), { recursive: true });
  rmSync(path.join(root, "vae"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the autoencoder (VAE)", "ae.safetensors", "vae")],
  });
  cpSync(path.join(top, "spare"), path.join(root, "vae"), { recursive: true });
  rmSync(path.join(root, "text_encoders"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the text encoder, Qwen3", "qwen_3_4b.safetensors", "text_encoders")],
  });
});

test("a transformer with a tensor that is not its own, or without one, is refused by name; so is another kind of it", async () => {
  const file = writeSplitZImage(path.join(top, "broken"));
  const own = asOriginal(zImagePart("transformer"));
  const { "x_embedder.weight": first, cap_pad_token: token, ...rest } = own;
  writeData(file, { ...own, "layers.0.extra.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, { ...own, "all_x_embedder.2-1.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, { ...rest, cap_pad_token: token! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-missing" });
  writeData(file, { ...rest, "x_embedder.weight": first! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({
    code: "model-unsupported",
    message: expect.stringContaining("Lumina"),
  });
});

test.each(["Q8_0", "Q4_0"] as const)(
  "a GGUF file of %s draws what its numbers draw, its tokens one number a row",
  async (format) => {
    const root = path.join(top, format);
    const file = writeSplitZImage(root);
    const gguf = path.join(root, "diffusion_models/z_image_turbo.gguf");
    await expectDrawnInBlocks({
      ...{ file, gguf, format, traceOf },
      ...{ tensors: asOriginal(zImagePart("transformer")), compared: ["latents.0", "image"] },
      written: (key, made) => (key.endsWith("_pad_token") ? { ...made, shape: made.shape.slice(1) } : made),
    });
    const { models, problems } = await openLibrary({ folders: [root], starter }).list();
    expect(problems).toEqual([]);
    expect(models.map(({ id }) => id)).toContain("diffusion_models/z_image_turbo.gguf");
  },
);

test("float8 with a scale for each matrix draws what its numbers draw", async () => {
  const file = writeSplitZImage(path.join(top, "scaled"));
  const own = asOriginal(zImagePart("transformer"));
  writeScaledFloat8(file, own);
  const found = (await painted(file)).trace;
  writeData(file, numbersOfScaledFloat8(own), "F32");
  const exact = (await painted(file)).trace;
  for (const name of ["latents.0", "image"])
    expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
});

test("parts of several models are refused, and a text encoder of which layers were cut", async () => {
  const model = (await openModel(Z_IMAGE)) as ZImageModel;
  const { denoiser, text } = model;
  const { component } = text;
  const wide = { ...component, config: { ...component.config, hidden_size: 2560 } };
  const reads = { ...denoiser, config: { ...denoiser.config, cap_feat_dim: 2560 } };
  const refused = (parts: Partial<ZImageModel>) => expect(() => refuseMisfits({ ...model, ...parts }));
  refused({ denoiser: reads }).toThrow("reads texts of width 2560, and the text encoder gives 16");
  refused({ denoiser: reads, text: { ...text, component: wide, states: [26] } }).toThrow(
    "the text encoder has 27 layers, where 36 are read",
  );
  refused({ denoiser: { ...denoiser, config: { ...denoiser.config, in_channels: 4 } } }).toThrow(
    "latents of 4 channels",
  );
});

test("LoRAs of four spellings are listed for Z-Image", async () => {
  const files = path.join(Z_IMAGE, "../../z-image-files");
  const { addOns, problems } = await openLibrary({ folders: [files, path.dirname(Z_IMAGE)], starter }).list();
  expect(problems).toEqual([]);
  expect(addOns.map(({ id, families }) => ({ id, families }))).toEqual(
    ["lora-diffusers", "lora-fused", "lora-kohya", "lora-toolkit"].map((id) => ({
      id,
      families: [{ id: "z-image", name: "Z-Image" }],
    })),
  );
});

test("the folder is opened as what it says", async () => {
  const model = (await openModel(Z_IMAGE)) as ZImageModel;
  expect(model.text.states).toEqual([3]);
  expect(model).toMatchObject({ distilled: true, schedulerConfig: { shift: 3 }, nativeSize: 1024 });
});

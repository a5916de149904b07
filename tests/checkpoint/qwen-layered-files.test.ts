/** Qwen-Image-Layered as the files that people have: the folder's layers, its own autoencoder, and a name for what is wrong. */
import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { openModel, type QwenImageModel } from "../../companion/checkpoint/model.ts";
import { refuseMisfits } from "../../companion/checkpoint/qwen-image/model.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { openWholeModel } from "../../companion/opening/open-whole.ts";
import { openTestStudio, paint, splitRequest } from "../pipeline/studio-for-tests.ts";
import { expectDrawnInBlocks } from "./drawn-in-blocks.ts";
import { asOriginalVae, QWEN_IMAGE, QWEN_LAYERED, qwenImagePart, writeSplitQwenImage } from "./qwen-image-sample.ts";
import { temporaryFolder, writeData } from "./sample.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const picture = () => encodePng({ width: 2, height: 3, data: Uint8Array.from({ length: 24 }, (_, i) => i * 9) });
const painted = async (place: string) => {
  const studio = openTestStudio(undefined, { it: place });
  try {
    return await paint(studio, splitRequest({ model: "it" }), { picture: await picture() });
  } finally {
    await studio.close();
  }
};
const named = (root: string) => writeSplitQwenImage(root, { model: QWEN_LAYERED, transformer: "mine.safetensors" });

test("split files give the folder's layers, byte for byte, with the autoencoder that knows transparency", async () => {
  const root = path.join(top, "split");
  const file = named(root);
  // The larger file of the folder, which is looked at first.
  const { vae } = (await openModel(QWEN_IMAGE)) as QwenImageModel;
  expect(vae.config.in_channels).toBe(3);
  writeData(path.join(root, "vae/qwen_image_vae.safetensors"), asOriginalVae(qwenImagePart("vae", QWEN_IMAGE)), "F32");
  const [folder, split] = [await painted(QWEN_LAYERED), await painted(file)];
  expect(split.result.layers).toHaveLength(2);
  expect(split.result.layers).toEqual(folder.result.layers);
});

test("a GGUF file of Q8_0 draws what its numbers draw", async () => {
  const root = path.join(top, "gguf");
  const file = named(root);
  await expectDrawnInBlocks({
    ...{
      file,
      gguf: path.join(root, "diffusion_models/mine.gguf"),
      format: "Q8_0",
      traceOf: async (place) => (await painted(place)).trace,
    },
    ...{ tensors: qwenImagePart("transformer", QWEN_LAYERED), compared: ["latents.1", "image"] },
    written: (key, made) => {
      if (key.endsWith("addition_t_embedding.weight")) expect(made.type).toBe("Q8_0");
      return made;
    },
  });
});

test("the library says that it takes pictures apart, and names the autoencoder that is missing", async () => {
  const root = path.join(top, "listed");
  const file = named(root);
  const { models } = await openLibrary({ folders: [root], starter }).list();
  expect(models.find(({ family }) => family.id === "qwen-image")).toMatchObject({
    ...{ splits: true, references: false, nativeSize: 640, licence: expect.stringContaining("Apache-2.0") },
    defaults: { steps: 50, guidanceScale: 4 },
  });
  rmSync(path.join(root, "vae"), { recursive: true });
  await expect(openWholeModel(file)).rejects.toMatchObject({
    code: "weights-missing",
    message: expect.stringContaining(
      'needs the autoencoder (VAE): put "qwen_image_layered_vae.safetensors" of Comfy-Org/Qwen-Image-Layered_ComfyUI',
    ),
  });
});

test("as its repositories are downloaded, a part is found in the one that lies beside", async () => {
  const models = path.join(top, "downloaded");
  const file = writeSplitQwenImage(path.join(models, "Comfy-Org--Layered/split_files"), { model: QWEN_LAYERED });
  await expect(openWholeModel(file)).resolves.toMatchObject({ use: "split" });
  const texts = path.join(models, "Comfy-Org--Layered/split_files/text_encoders");
  cpSync(texts, path.join(models, "Comfy-Org--Qwen-Image/split_files/text_encoders"), { recursive: true });
  rmSync(texts, { recursive: true });
  await expect(openWholeModel(file)).resolves.toMatchObject({ use: "split" });
  cpSync(path.join(models, "Comfy-Org--Qwen-Image"), path.join(models, "Comfy-Org--Qwen-Image-2/deeper"), {
    recursive: true,
  });
  rmSync(path.join(models, "Comfy-Org--Qwen-Image"), { recursive: true });
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-missing" });
});

test("parts of Qwen-Image and of Layered are refused together", async () => {
  const layered = (await openModel(QWEN_LAYERED)) as QwenImageModel;
  const plain = (await openModel(QWEN_IMAGE)) as QwenImageModel;
  expect(() => refuseMisfits({ ...layered, vae: plain.vae })).toThrow(
    "reads pictures of 3 channels, where 4 are drawn",
  );
  expect(() => refuseMisfits({ ...layered, denoiser: plain.denoiser })).toThrow("takes pictures apart");
  expect(() => refuseMisfits({ ...plain, denoiser: layered.denoiser })).toThrow("takes pictures apart");
});

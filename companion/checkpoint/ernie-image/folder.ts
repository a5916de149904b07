/** ERNIE-Image and ERNIE-Image-Turbo as a folder of diffusers. */
import { parseErnieImageConfig } from "../config/ernie-image-config.ts";
import { parseFlux2VaeConfig } from "../config/vae-config.ts";
import type { FolderLayout } from "../folder.ts";
import { type FolderReader, keepNames } from "../folder-reader.ts";
import { takeLatentNorm } from "../parts/latent-norm.ts";
import type { ErnieImageModel } from "../parts/model-record.ts";
import { isTurbo } from "../parts/turbo.ts";
import { renameErnieImage } from "./keys.ts";
import { ERNIE_IMAGE_NATIVE_SIZE, ERNIE_IMAGE_NORM_EPS, ERNIE_IMAGE_READING, refuseMisfits } from "./model.ts";

export const ernieImageFolder: FolderLayout<ErnieImageModel> = {
  opens: ({ index }) => index._class_name === "ErnieImagePipeline",
  open: async (reader) => openErnieImageFolder(reader),
};

function openErnieImageFolder(reader: FolderReader): ErnieImageModel {
  const denoiser = reader.component("transformer", parseErnieImageConfig, renameErnieImage);
  const text = reader.chat(ERNIE_IMAGE_READING);
  const { config, weights } = reader.component("vae", parseFlux2VaeConfig, keepNames);
  const norm = { ...config.norm, eps: ERNIE_IMAGE_NORM_EPS };
  const { vae, latentNorm } = takeLatentNorm({ config: config.config, weights }, norm);
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: ErnieImageModel = {
    ...reader.identity(stores, [denoiser.config, text.component.config, config, schedulerConfig]),
    ...{ family: "ernie-image", denoiser: { architecture: "ernie-image", ...denoiser }, text, vae, latentNorm },
    ...{ schedulerConfig, distilled: isTurbo(reader.calledBy), nativeSize: ERNIE_IMAGE_NATIVE_SIZE },
  };
  refuseMisfits(model);
  return model;
}

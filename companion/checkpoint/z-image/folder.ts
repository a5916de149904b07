/** Z-Image and Z-Image-Turbo as a folder of diffusers. */
import { parseZImageConfig } from "../config/z-image-config.ts";
import type { FolderLayout } from "../folder.ts";
import type { FolderReader } from "../folder-reader.ts";
import type { ZImageModel } from "../parts/model-record.ts";
import { isTurbo } from "../parts/turbo.ts";
import { renameZImage } from "./keys.ts";
import { refuseMisfits, Z_IMAGE_NATIVE_SIZE, Z_IMAGE_READING } from "./model.ts";

export const zImageFolder: FolderLayout<ZImageModel> = {
  opens: ({ index }) => /^ZImage(?:Img2Img|Inpaint)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openZImageFolder(reader),
};

function openZImageFolder(reader: FolderReader): ZImageModel {
  const denoiser = reader.component("transformer", parseZImageConfig, renameZImage);
  const text = reader.chat(Z_IMAGE_READING);
  const vae = reader.klVae();
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: ZImageModel = {
    ...reader.identity(stores, [denoiser.config, text.component.config, vae.config, schedulerConfig]),
    ...{ family: "z-image", denoiser: { architecture: "z-image", ...denoiser }, text, vae, schedulerConfig },
    ...{ distilled: isTurbo(reader.calledBy), nativeSize: Z_IMAGE_NATIVE_SIZE },
  };
  refuseMisfits(model);
  return model;
}

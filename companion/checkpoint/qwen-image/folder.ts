/** Qwen-Image as a folder of diffusers. */
import { parseCausalVaeConfig } from "../config/causal-vae-config.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import type { FolderLayout } from "../folder.ts";
import type { FolderReader } from "../folder-reader.ts";
import { renameCausalVae } from "../parts/causal-vae-keys.ts";
import type { QwenImageModel } from "../parts/model-record.ts";
import { renameQwenImage } from "./keys.ts";
import { QWEN_IMAGE_NATIVE_SIZE, READINGS, refuseMisfits } from "./model.ts";

export const qwenImageFolder: FolderLayout<QwenImageModel> = {
  opens: ({ index }) => /^QwenImage(?:Img2Img|Inpaint|EditPlus)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openQwenImageFolder(reader),
};

function openQwenImageFolder(reader: FolderReader): QwenImageModel {
  const use = /EditPlus/.test(String(reader.index._class_name)) ? "edit" : "draw";
  const denoiser = reader.component("transformer", parseQwenImageConfig, renameQwenImage);
  const text = reader.chat(READINGS[use]);
  const vae = reader.component("vae", parseCausalVaeConfig, renameCausalVae);
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: QwenImageModel = {
    ...reader.identity(stores, [denoiser.config, text.component.config, vae.config, schedulerConfig, use]),
    ...{ family: "qwen-image", denoiser: { architecture: "qwen-image", ...denoiser }, text, vae, schedulerConfig },
    ...{ nativeSize: QWEN_IMAGE_NATIVE_SIZE, use },
  };
  refuseMisfits(model);
  return model;
}

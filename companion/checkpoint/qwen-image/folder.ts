/** Qwen-Image as a folder of diffusers. */
import { parseCausalVaeConfig } from "../config/causal-vae-config.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import type { FolderLayout } from "../folder.ts";
import type { FolderReader } from "../folder-reader.ts";
import { renameCausalVae } from "../parts/causal-vae-keys.ts";
import type { QwenImageModel } from "../parts/model-record.ts";
import { renameQwenImage } from "./keys.ts";
import { QWEN_IMAGE_NATIVE_SIZE, QWEN_IMAGE_READING, refuseMisfits } from "./model.ts";

export const qwenImageFolder: FolderLayout<QwenImageModel> = {
  opens: ({ index }) => /^QwenImage(?:Img2Img|Inpaint)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openQwenImageFolder(reader),
};

function openQwenImageFolder(reader: FolderReader): QwenImageModel {
  const denoiser = reader.component("transformer", parseQwenImageConfig, renameQwenImage);
  const text = reader.chat(QWEN_IMAGE_READING);
  const vae = reader.component("vae", parseCausalVaeConfig, renameCausalVae);
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: QwenImageModel = {
    ...reader.identity(stores, [denoiser.config, text.component.config, vae.config, schedulerConfig]),
    ...{ family: "qwen-image", denoiser: { architecture: "qwen-image", ...denoiser }, text, vae, schedulerConfig },
    nativeSize: QWEN_IMAGE_NATIVE_SIZE,
  };
  refuseMisfits(model);
  return model;
}

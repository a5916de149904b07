/** Qwen-Image as a folder of diffusers. */
import { parseCausalVaeConfig } from "../config/causal-vae-config.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import type { FolderLayout } from "../folder.ts";
import type { FolderReader } from "../folder-reader.ts";
import { renameCausalVae } from "../parts/causal-vae-keys.ts";
import type { QwenImageModel } from "../parts/model-record.ts";
import { renameQwenImage } from "./keys.ts";
import { NATIVE_SIZES, READINGS, refuseMisfits } from "./model.ts";

/** By the names of pipelines. */
const USES = [
  { called: /EditPlus/, use: "edit" },
  { called: /Layered/, use: "split" },
  { called: /./, use: "draw" },
] as const;

export const qwenImageFolder: FolderLayout<QwenImageModel> = {
  opens: ({ index }) => /^QwenImage(?:Img2Img|Inpaint|EditPlus|Layered)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openQwenImageFolder(reader),
};

function openQwenImageFolder(reader: FolderReader): QwenImageModel {
  const { use } = USES.find(({ called }) => called.test(String(reader.index._class_name)))!;
  const denoiser = reader.component("transformer", parseQwenImageConfig, renameQwenImage);
  const text = reader.chat(READINGS[use]);
  const vae = reader.component("vae", parseCausalVaeConfig, renameCausalVae);
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: QwenImageModel = {
    ...reader.identity(stores, [denoiser.config, text.component.config, vae.config, schedulerConfig, use]),
    ...{ family: "qwen-image", denoiser: { architecture: "qwen-image", ...denoiser }, text, vae, schedulerConfig },
    ...{ nativeSize: NATIVE_SIZES[use], use },
  };
  refuseMisfits(model);
  return model;
}

/** FLUX.2 klein as a folder of diffusers. */
import path from "node:path";
import { parseFlux2Config } from "../config/flux2-config.ts";
import { parseQwen3Config } from "../config/qwen3-config.ts";
import { parseFlux2VaeConfig } from "../config/vae-config.ts";
import type { FolderLayout } from "../folder.ts";
import { type FolderReader, keepNames } from "../folder-reader.ts";
import type { Flux2Model } from "../parts/model-record.ts";
import { openQwenFolder } from "../parts/qwen-folder.ts";
import { renameQwen3 } from "../parts/qwen-keys.ts";
import { renameFlux2 } from "./keys.ts";
import { takeLatentNorm } from "./latent-norm.ts";
import { FLUX2_LAYERS, FLUX2_NATIVE_SIZE, FLUX2_TOKENS, refuseMisfits } from "./model.ts";

export const flux2Folder: FolderLayout<Flux2Model> = {
  opens: ({ index }) => /^Flux2Klein(?:Inpaint)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openFlux2Folder(reader),
};

function openFlux2Folder(reader: FolderReader): Flux2Model {
  const denoiser = reader.component("transformer", parseFlux2Config, renameFlux2);
  const component = reader.component("text_encoder", parseQwen3Config, (refs) => renameQwen3(refs, FLUX2_LAYERS));
  const { config, weights } = reader.component("vae", parseFlux2VaeConfig, keepNames);
  const { vae, latentNorm } = takeLatentNorm({ config: config.config, weights }, config.norm);
  const { options, index } = reader;
  const tokenizer = openQwenFolder(path.join(reader.folder("tokenizer")), { ...options, maxLength: FLUX2_TOKENS });
  const schedulerConfig = reader.scheduler();
  const distilled = index.is_distilled === true;
  const stores = [denoiser.weights, component.weights, vae.weights];
  const configs = [denoiser.config, component.config, config, schedulerConfig, distilled];
  const model: Flux2Model = {
    ...reader.identity(stores, configs),
    ...{ family: "flux2-klein", denoiser: { architecture: "flux2", ...denoiser }, text: { component, tokenizer } },
    ...{ vae, latentNorm, schedulerConfig, distilled, nativeSize: FLUX2_NATIVE_SIZE },
  };
  refuseMisfits(model);
  return model;
}

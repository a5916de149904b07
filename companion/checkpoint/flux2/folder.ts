/** FLUX.2 klein as a folder of diffusers. */
import { parseFlux2Config } from "../config/flux2-config.ts";
import { parseFlux2VaeConfig } from "../config/vae-config.ts";
import type { FolderLayout } from "../folder.ts";
import { type FolderReader, keepNames } from "../folder-reader.ts";
import { takeLatentNorm } from "../parts/latent-norm.ts";
import type { Flux2Model } from "../parts/model-record.ts";
import { renameFlux2 } from "./keys.ts";
import { FLUX2_NATIVE_SIZE, FLUX2_READING, refuseMisfits } from "./model.ts";

export const flux2Folder: FolderLayout<Flux2Model> = {
  opens: ({ index }) => /^Flux2Klein(?:Inpaint)?Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openFlux2Folder(reader),
};

function openFlux2Folder(reader: FolderReader): Flux2Model {
  const denoiser = reader.component("transformer", parseFlux2Config, renameFlux2);
  const text = reader.chat(FLUX2_READING);
  const { config, weights } = reader.component("vae", parseFlux2VaeConfig, keepNames);
  const { vae, latentNorm } = takeLatentNorm({ config: config.config, weights }, config.norm);
  const { index } = reader;
  const schedulerConfig = reader.scheduler();
  const distilled = index.is_distilled === true;
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const configs = [denoiser.config, text.component.config, config, schedulerConfig, distilled];
  const model: Flux2Model = {
    ...reader.identity(stores, configs),
    ...{ family: "flux2-klein", denoiser: { architecture: "flux2", ...denoiser }, text },
    ...{ vae, latentNorm, schedulerConfig, distilled, nativeSize: FLUX2_NATIVE_SIZE },
  };
  refuseMisfits(model);
  return model;
}

/** FLUX.1 schnell, dev, Fill, Kontext, Canny and Depth as a folder of diffusers. */
import { parseFlux1Config } from "../config/flux1-config.ts";
import { parseT5Config } from "../config/t5-config.ts";
import type { FolderLayout } from "../folder.ts";
import type { FolderReader } from "../folder-reader.ts";
import type { Flux1Model } from "../parts/model-record.ts";
import { openT5Folder } from "../parts/t5-folder.ts";
import { renameT5 } from "../parts/t5-keys.ts";
import { renameFlux1 } from "./keys.ts";
import { FLUX1_NATIVE_SIZE, refuseMisfits, tokensOf, useOf } from "./model.ts";

export const flux1Folder: FolderLayout<Flux1Model> = {
  opens: ({ index }) =>
    /^Flux(?:(?:Control)?(?:Img2Img|Inpaint)?|Fill|Kontext|KontextInpaint)Pipeline$/.test(String(index._class_name)),
  open: async (reader) => openFlux1Folder(reader),
};

function openFlux1Folder(reader: FolderReader): Flux1Model {
  const denoiser = reader.component("transformer", parseFlux1Config, renameFlux1);
  const use = useOf(denoiser.config, /Kontext/.test(String(reader.index._class_name)));
  const clip = reader.text("");
  const component = reader.component("text_encoder_2", parseT5Config, renameT5);
  const maxLength = tokensOf(denoiser.config);
  const text = { component, tokenizer: openT5Folder(reader.folder("tokenizer_2"), { ...reader.options, maxLength }) };
  const vae = reader.klVae();
  const schedulerConfig = reader.scheduler();
  const stores = [denoiser.weights, clip.component.weights, component.weights, vae.weights];
  const configs = [denoiser.config, clip.component.config, component.config, vae.config, schedulerConfig, use];
  const model: Flux1Model = {
    ...reader.identity(stores, configs),
    ...{ family: "flux1", denoiser: { architecture: "flux1", ...denoiser }, text, clip, vae, schedulerConfig },
    ...{ use, nativeSize: FLUX1_NATIVE_SIZE },
  };
  refuseMisfits(model);
  return model;
}

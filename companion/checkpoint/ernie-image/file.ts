/** ERNIE-Image where its transformer is a file of its own, or a file that holds all of it. */
import type { ErnieImageConfig } from "../../networks/configs.ts";
import { parseErnieImageConfig } from "../config/ernie-image-config.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import { fitsAsFlux2Vae, openFlux2Vae } from "../parts/flux2-vae-file.ts";
import type { ChatEncoder, ErnieImageModel } from "../parts/model-record.ts";
import { isTurbo } from "../parts/turbo.ts";
import { splitFile } from "../split-file.ts";
import { renameErnieImage } from "./keys.ts";
import {
  ERNIE_IMAGE_NATIVE_SIZE,
  ERNIE_IMAGE_NORM_EPS,
  ERNIE_IMAGE_READING,
  ERNIE_IMAGE_SCHEDULER,
  refuseMisfits,
} from "./model.ts";
import { ernieImageConfigFromShapes } from "./shapes.ts";

const source = "Comfy-Org/ERNIE-Image";

export const ernieImageFile = splitFile<
  ErnieImageConfig,
  { text: ChatEncoder; encoder: ReturnType<typeof openFlux2Vae> },
  ErnieImageModel
>({
  name: "ERNIE-Image",
  marks: ["layers.0.adaLN_sa_ln.weight"],
  transformer: {
    className: "ErnieImageTransformer2DModel",
    ...{ rename: renameErnieImage, parse: parseErnieImageConfig, fromShapes: ernieImageConfigFromShapes },
  },
  parts: ({ text_in_dim: width, in_channels: places }) => ({
    text: {
      ...{ part: "text", what: "the text encoder, Ministral 3", name: "ministral-3-3b.safetensors", source },
      fits: (store) => fitsAsChat(store, ERNIE_IMAGE_READING, width),
      open: (store, options) => openChatFile(store, ERNIE_IMAGE_READING, options),
    },
    encoder: {
      ...{ part: "vae", what: "the autoencoder (VAE)", name: "flux2-vae.safetensors", source },
      fits: (store) => fitsAsFlux2Vae(store, places),
      open: (store, options) => openFlux2Vae(store, { ...options, eps: ERNIE_IMAGE_NORM_EPS }),
    },
  }),
  assemble: (denoiser, { text, encoder: { vae, latentNorm } }, store) => {
    const distilled = isTurbo(store.origin, store.metadata.get("modelspec.title") ?? "");
    return {
      model: {
        family: "ernie-image",
        denoiser: { architecture: "ernie-image", ...denoiser },
        ...{ text, vae, latentNorm, distilled },
        ...{ schedulerConfig: ERNIE_IMAGE_SCHEDULER, nativeSize: ERNIE_IMAGE_NATIVE_SIZE },
      },
      stores: [denoiser.weights, text.component.weights, vae.weights],
    };
  },
  refuseMisfits,
});

/** FLUX.2 klein where its transformer is a file of its own, or a file that holds all of it. */
import { Problem } from "../../../shared/problem.ts";
import type { Flux2Config } from "../../networks/configs.ts";
import { parseFlux2Config } from "../config/flux2-config.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import { fitsAsFlux2Vae, openFlux2Vae } from "../parts/flux2-vae-file.ts";
import type { ChatEncoder, Flux2Model } from "../parts/model-record.ts";
import { isCalled } from "../parts/transformer-file.ts";
import { splitFile } from "../split-file.ts";
import { renameFlux2 } from "./keys.ts";
import { FLUX2_NATIVE_SIZE, FLUX2_READING, FLUX2_SCHEDULER, refuseMisfits } from "./model.ts";
import { flux2ConfigFromShapes } from "./shapes.ts";

const source = "Comfy-Org/Flux-2-Klein-4B";

/** Whether it was distilled no tensor says: published base models are called so, in their name or their metadata. */
export const flux2File = splitFile<
  Flux2Config,
  { text: ChatEncoder; encoder: ReturnType<typeof openFlux2Vae> },
  Flux2Model
>({
  name: "FLUX.2 klein",
  marks: ["double_stream_modulation_img.lin.weight", "double_stream_modulation_img.linear.weight"],
  transformer: {
    className: "Flux2Transformer2DModel",
    ...{ rename: renameFlux2, parse: parseFlux2Config, fromShapes: flux2ConfigFromShapes },
  },
  refuseKin: (store, prefix) => {
    if (store.find(`${prefix}guidance_in.in_layer.weight`))
      throw new Problem(
        "model-unsupported",
        `"${store.origin}" is FLUX.2 dev, whose text encoder this version cannot run: choose FLUX.2 klein.`,
      );
  },
  parts: (config) => ({
    text: {
      ...{ part: "text", what: "the text encoder, Qwen3", name: "qwen_3_4b.safetensors", source },
      fits: (store) => fitsAsChat(store, FLUX2_READING, config.joint_attention_dim),
      open: (store, options) => openChatFile(store, FLUX2_READING, options),
    },
    encoder: {
      ...{ part: "vae", what: "the autoencoder (VAE)", name: "flux2-vae.safetensors", source },
      fits: (store) => fitsAsFlux2Vae(store, config.in_channels),
      open: openFlux2Vae,
    },
  }),
  assemble: (denoiser, { text, encoder: { vae, latentNorm } }, store) => {
    const distilled = !isCalled(store, "base");
    return {
      model: {
        family: "flux2-klein",
        denoiser: { architecture: "flux2", ...denoiser },
        ...{ text, vae, latentNorm, distilled },
        ...{ schedulerConfig: FLUX2_SCHEDULER, nativeSize: FLUX2_NATIVE_SIZE },
      },
      stores: [denoiser.weights, text.component.weights, vae.weights],
      said: [String(distilled)],
    };
  },
  refuseMisfits,
});

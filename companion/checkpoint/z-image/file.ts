/** Z-Image where its transformer is a file of its own, or a file that holds all of it. */
import type { KlVaeConfig, ZImageConfig } from "../../networks/configs.ts";
import { parseZImageConfig } from "../config/z-image-config.ts";
import type { Component } from "../files/component.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import { fluxVaePrefix, openFluxVae } from "../parts/flux-vae-file.ts";
import type { ChatEncoder, ZImageModel } from "../parts/model-record.ts";
import { isTurbo } from "../parts/turbo.ts";
import { splitFile } from "../split-file.ts";
import { renameZImage } from "./keys.ts";
import { refuseMisfits, Z_IMAGE_NATIVE_SIZE, Z_IMAGE_READING, Z_IMAGE_SCHEDULER } from "./model.ts";
import { zImageConfigFromShapes } from "./shapes.ts";

const source = "Comfy-Org/z_image_turbo";

export const zImageFile = splitFile<ZImageConfig, { text: ChatEncoder; vae: Component<KlVaeConfig> }, ZImageModel>({
  name: "Z-Image",
  // Lumina 2, whose layers are called alike, has no tokens for padding.
  marks: ["cap_pad_token"],
  transformer: {
    className: "ZImageTransformer2DModel",
    ...{ rename: renameZImage, parse: parseZImageConfig, fromShapes: zImageConfigFromShapes },
  },
  parts: ({ cap_feat_dim: width, in_channels: channels }) => ({
    text: {
      ...{ part: "text", what: "the text encoder, Qwen3", name: "qwen_3_4b.safetensors", source },
      fits: (store) => fitsAsChat(store, Z_IMAGE_READING, width),
      open: (store, options) => openChatFile(store, Z_IMAGE_READING, options),
    },
    vae: {
      ...{ part: "vae", what: "the autoencoder (VAE)", name: "ae.safetensors", source },
      fits: (store) => fluxVaePrefix(store, channels) !== undefined,
      open: (store, options) => openFluxVae(store, channels, options),
    },
  }),
  assemble: (denoiser, { text, vae }, store) => ({
    model: {
      family: "z-image",
      denoiser: { architecture: "z-image", ...denoiser },
      ...{ text, vae, distilled: isTurbo(store.origin, store.metadata.get("modelspec.title") ?? "") },
      ...{ schedulerConfig: Z_IMAGE_SCHEDULER, nativeSize: Z_IMAGE_NATIVE_SIZE },
    },
    stores: [denoiser.weights, text.component.weights, vae.weights],
  }),
  refuseMisfits,
});

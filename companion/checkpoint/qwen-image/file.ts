/** Qwen-Image where its transformer is a file of its own, or a file that holds all of it. */
import type { CausalVaeConfig, QwenImageConfig } from "../../networks/configs.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import type { Component } from "../files/component.ts";
import type { SafetensorsFile } from "../files/safetensors.ts";
import { fitsAsCausalVae, openCausalVae } from "../parts/causal-vae-file.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import type { ChatEncoder, QwenImageModel } from "../parts/model-record.ts";
import { isCalled } from "../parts/transformer-file.ts";
import { splitFile } from "../split-file.ts";
import { LAYERED_MARK, renameQwenImage, ZERO_TIME_MARK } from "./keys.ts";
import { NATIVE_SIZES, PICTURE_CHANNELS, QWEN_IMAGE_SCHEDULER, READINGS, refuseMisfits } from "./model.ts";
import { qwenImageConfigFromShapes } from "./shapes.ts";

const source = "Comfy-Org/Qwen-Image_ComfyUI";
/** Pictures with transparency have an autoencoder of their own. */
const VAES = {
  draw: { name: "qwen_image_vae.safetensors", source },
  edit: { name: "qwen_image_vae.safetensors", source },
  split: { name: "qwen_image_layered_vae.safetensors", source: "Comfy-Org/Qwen-Image-Layered_ComfyUI" },
} as const;

interface Parts extends Readonly<Record<string, unknown>> {
  readonly text: ChatEncoder;
  readonly vae: Component<CausalVaeConfig>;
}

/** Edit of November 2025 and later tells pictures that they are finished: a mark says so (ComfyUI's), or the name. */
const tellsPictures = (store: SafetensorsFile): boolean =>
  [...store.keys()].some((key) => key.endsWith(ZERO_TIME_MARK)) || isCalled(store, "2511");

const layoutOf = (use: QwenImageModel["use"], name: string) =>
  splitFile<QwenImageConfig, Parts, QwenImageModel>({
    name,
    marks: ["transformer_blocks.0.img_mod.1.weight"],
    transformer: {
      className: "QwenImageTransformer2DModel",
      ...{ rename: renameQwenImage, parse: parseQwenImageConfig, fromShapes: qwenImageConfigFromShapes },
    },
    parts: ({ joint_attention_dim: width, out_channels: channels }) => ({
      text: {
        ...{
          part: "text",
          what: "the text encoder, Qwen2.5-VL",
          name: "qwen_2.5_vl_7b_fp8_scaled.safetensors",
          source,
        },
        fits: (store) => fitsAsChat(store, READINGS[use], width),
        open: (store, options) => openChatFile(store, READINGS[use], options),
      },
      vae: {
        ...{ part: "vae", what: "the autoencoder (VAE)", ...VAES[use] },
        fits: (store) => fitsAsCausalVae(store, { latent: channels, picture: PICTURE_CHANNELS[use] }),
        open: openCausalVae,
      },
    }),
    assemble: (denoiser, { text, vae }, store) => ({
      model: {
        family: "qwen-image",
        denoiser: {
          architecture: "qwen-image",
          ...denoiser,
          config: {
            ...denoiser.config,
            zero_cond_t: denoiser.config.zero_cond_t || (use === "edit" && tellsPictures(store)),
          },
        },
        ...{ text, vae, schedulerConfig: QWEN_IMAGE_SCHEDULER, nativeSize: NATIVE_SIZES[use], use },
      },
      said: [use, String(tellsPictures(store))],
      stores: [denoiser.weights, text.component.weights, vae.weights],
    }),
    refuseMisfits,
  });

const DRAWS = layoutOf("draw", "Qwen-Image");
const EDITS = layoutOf("edit", "Qwen-Image-Edit");
const SPLITS = layoutOf("split", "Qwen-Image-Layered");

/** Whether it is Edit no tensor says but a mark of the later ones: its published files are called so, in their name or their metadata. */
const edits = (store: SafetensorsFile): boolean =>
  [...store.keys()].some((key) => key.endsWith(ZERO_TIME_MARK)) || isCalled(store, "edit");

const splits = (store: SafetensorsFile): boolean => [...store.keys()].some((key) => key.endsWith(LAYERED_MARK));

export const qwenImageFile: typeof DRAWS = {
  name: DRAWS.name,
  opens: DRAWS.opens,
  open: (file, store, options) => (splits(store) ? SPLITS : edits(store) ? EDITS : DRAWS).open(file, store, options),
};

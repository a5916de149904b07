/** Qwen-Image where its transformer is a file of its own, or a file that holds all of it. */
import { Problem } from "../../../shared/problem.ts";
import type { CausalVaeConfig, QwenImageConfig } from "../../networks/configs.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import type { Component } from "../files/component.ts";
import type { SafetensorsFile } from "../files/safetensors.ts";
import { fitsAsCausalVae, openCausalVae } from "../parts/causal-vae-file.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import type { ChatEncoder, QwenImageModel } from "../parts/model-record.ts";
import { isCalled } from "../parts/transformer-file.ts";
import { splitFile } from "../split-file.ts";
import { renameQwenImage, ZERO_TIME_MARK } from "./keys.ts";
import { QWEN_IMAGE_NATIVE_SIZE, QWEN_IMAGE_READING, QWEN_IMAGE_SCHEDULER, refuseMisfits } from "./model.ts";
import { qwenImageConfigFromShapes } from "./shapes.ts";

const source = "Comfy-Org/Qwen-Image_ComfyUI";

interface Parts extends Readonly<Record<string, unknown>> {
  readonly text: ChatEncoder;
  readonly vae: Component<CausalVaeConfig>;
}

/** Kin with the same tensors, by what a file says of itself, its name, or a tensor more. */
function refuseKin(store: SafetensorsFile, prefix: string): void {
  const layered = store.find(`${prefix}time_text_embed.addition_t_embedding.weight`);
  const edits = store.find(prefix + ZERO_TIME_MARK) ?? isCalled(store, "edit");
  if (!layered && !edits) return;
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is ${layered ? "Qwen-Image-Layered" : "Qwen-Image-Edit"}, which this version cannot run: choose Qwen-Image.`,
  );
}

export const qwenImageFile = splitFile<QwenImageConfig, Parts, QwenImageModel>({
  name: "Qwen-Image",
  marks: ["transformer_blocks.0.img_mod.1.weight"],
  transformer: {
    className: "QwenImageTransformer2DModel",
    ...{ rename: renameQwenImage, parse: parseQwenImageConfig, fromShapes: qwenImageConfigFromShapes },
  },
  refuseKin,
  parts: ({ joint_attention_dim: width, out_channels: channels }) => ({
    text: {
      ...{ part: "text", what: "the text encoder, Qwen2.5-VL", name: "qwen_2.5_vl_7b_fp8_scaled.safetensors", source },
      fits: (store) => fitsAsChat(store, QWEN_IMAGE_READING, width),
      open: (store, options) => openChatFile(store, QWEN_IMAGE_READING, options),
    },
    vae: {
      ...{ part: "vae", what: "the autoencoder (VAE)", name: "qwen_image_vae.safetensors", source },
      fits: (store) => fitsAsCausalVae(store, channels),
      open: openCausalVae,
    },
  }),
  assemble: (denoiser, { text, vae }) => ({
    model: {
      family: "qwen-image",
      denoiser: { architecture: "qwen-image", ...denoiser },
      ...{ text, vae, schedulerConfig: QWEN_IMAGE_SCHEDULER, nativeSize: QWEN_IMAGE_NATIVE_SIZE },
    },
    stores: [denoiser.weights, text.component.weights, vae.weights],
  }),
  refuseMisfits,
});

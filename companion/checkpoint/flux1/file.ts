/** FLUX.1 where its transformer is a file of its own, or a file that holds all of it. */
import type { Flux1Config, KlVaeConfig } from "../../networks/configs.ts";
import { parseFlux1Config } from "../config/flux1-config.ts";
import type { Component } from "../files/component.ts";
import { fitsAsClip, openClipFile } from "../parts/clip-file.ts";
import { FLUX_VAE_CHANNELS, fluxVaePrefix, openFluxVae } from "../parts/flux-vae-file.ts";
import type { Flux1Model, T5Encoder, TextEncoder } from "../parts/model-record.ts";
import { fitsAsT5, openT5File } from "../parts/t5-file.ts";
import { isCalled } from "../parts/transformer-file.ts";
import { splitFile } from "../split-file.ts";
import { renameFlux1 } from "./keys.ts";
import { FLUX1_NATIVE_SIZE, refuseMisfits, schedulerOf, tokensOf, useOf } from "./model.ts";
import { flux1ConfigFromShapes } from "./shapes.ts";

interface Parts extends Readonly<Record<string, unknown>> {
  readonly text: T5Encoder;
  readonly clip: TextEncoder;
  readonly vae: Component<KlVaeConfig>;
}

const source = "comfyanonymous/flux_text_encoders";

/** Whether it is Kontext no tensor says: its published files are called so, in their name or their metadata. */
export const flux1File = splitFile<Flux1Config, Parts, Flux1Model>({
  name: "FLUX.1",
  // FLUX.2's blocks have no modulation of their own; Chroma's, which is made of FLUX.1, get it from another network.
  marks: ["double_blocks.0.img_mod.lin.weight", "single_transformer_blocks.0.norm.linear.weight"],
  transformer: {
    className: "FluxTransformer2DModel",
    ...{ rename: renameFlux1, parse: parseFlux1Config, fromShapes: flux1ConfigFromShapes },
  },
  parts: (config) => ({
    text: {
      ...{ part: "text", what: "a text encoder, T5-XXL", name: "t5xxl_fp16.safetensors", source },
      fits: (store) => fitsAsT5(store, config.joint_attention_dim),
      open: (store, options) => openT5File(store, tokensOf(config), options),
    },
    clip: {
      ...{ part: "text", what: "a text encoder, CLIP-L", name: "clip_l.safetensors", source },
      fits: (store) => fitsAsClip(store, config.pooled_projection_dim),
      open: openClipFile,
    },
    vae: {
      ...{ part: "vae", what: "the autoencoder (VAE)", name: "ae.safetensors" },
      source: "black-forest-labs/FLUX.1-schnell",
      fits: (store) => fluxVaePrefix(store, FLUX_VAE_CHANNELS) !== undefined,
      open: (store, options) => openFluxVae(store, FLUX_VAE_CHANNELS, options),
    },
  }),
  assemble: (denoiser, { text, clip, vae }, store) => {
    const use = useOf(denoiser.config, isCalled(store, "kontext"));
    return {
      model: {
        family: "flux1",
        denoiser: { architecture: "flux1", ...denoiser },
        ...{ text, clip, vae, use },
        ...{ schedulerConfig: schedulerOf(denoiser.config), nativeSize: FLUX1_NATIVE_SIZE },
      },
      stores: [denoiser.weights, clip.component.weights, text.component.weights, vae.weights],
      said: [use],
    };
  },
  refuseMisfits,
});

import type { LatentNorm } from "../../checkpoint/parts/model-record.ts";
import type { VaeConfig } from "../../networks/configs.ts";
import { type LatentSpace, latentSpace } from "./latent-space.ts";

/**
 * Of FLUX.2's autoencoder, which ERNIE-Image shares. A tiny one (TAEF2) gives latents as they are denoised: in its author's
 * wrapper the norm has learnt nothing (madebyollin/taef2, README.md).
 */
export const flux2LatentSpace = (config: VaeConfig, { patch, ...norm }: LatentNorm): LatentSpace =>
  latentSpace({
    channels: config.latent_channels,
    factor: 2 ** (config.block_out_channels.length - 1),
    patch,
    ...(config.kind !== "tiny" && norm),
  });

import type { KlVaeConfig } from "../../networks/configs.ts";
import { type LatentSpace, latentSpace } from "./latent-space.ts";

/** Of FLUX.1's autoencoder, which several families share. `cell`: places along a side that the transformer reads as one. */
export const fluxLatentSpace = (config: KlVaeConfig, cell: number): LatentSpace =>
  latentSpace({
    channels: config.latent_channels,
    factor: 2 ** (config.block_out_channels.length - 1),
    cell,
    scale: config.scaling_factor,
    mean: config.shift_factor ?? 0,
    float: config.force_upcast ? "float32" : "device",
  });

import type { UNetModel } from "../checkpoint/model.ts";
import type { ClipTextConfig, UNetConfig, VaeConfig } from "../networks/configs.ts";

/** What add-ons have to go with: a model's dimensions, or those of a family's published models. */
export interface Measures {
  readonly unet: UNetConfig;
  /** In the order in which the UNet takes them. */
  readonly text: readonly ClipTextConfig[];
  readonly vae: VaeConfig;
}

export const measuresOf = ({ denoiser, textEncoders, vae }: UNetModel): Measures => ({
  unet: denoiser.config,
  text: textEncoders.map(({ component }) => component.config),
  vae: vae.config,
});

export interface Latent {
  readonly channels: number;
  /** Pixels of one latent place along a side. */
  readonly factor: number;
}

export const latentOf = ({ latent_channels, block_out_channels }: VaeConfig): Latent => ({
  channels: latent_channels,
  factor: 2 ** (block_out_channels.length - 1),
});

import type { Flux2Model, Model, UNetModel } from "../checkpoint/model.ts";
import type { ClipTextConfig, Flux2Config, UNetConfig, VaeConfig } from "../networks/configs.ts";

/** What add-ons have to go with: a model's dimensions, or those of a family's published models. */
export interface Measures {
  readonly unet: UNetConfig;
  /** In the order in which the UNet takes them. */
  readonly text: readonly ClipTextConfig[];
  readonly vae: VaeConfig;
}

/** The same of FLUX.2 klein, of which LoRAs change the transformer alone. */
export interface Flux2Measures {
  readonly flux2: Flux2Config;
}

export type AnyMeasures = Measures | Flux2Measures;

export const isFlux2 = (measures: AnyMeasures): measures is Flux2Measures => "flux2" in measures;

export const anyMeasuresOf = (model: Model): AnyMeasures =>
  model.denoiser.architecture === "flux2"
    ? { flux2: (model as Flux2Model).denoiser.config }
    : measuresOf(model as UNetModel);

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

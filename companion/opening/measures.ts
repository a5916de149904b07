import type { Model, UNetModel } from "../checkpoint/model.ts";
import type { ClipTextConfig, UNetConfig, VaeConfig } from "../networks/configs.ts";

/** What add-ons have to go with: a model's dimensions, or those of a family's published models. */
export interface Measures {
  readonly unet: UNetConfig;
  /** In the order in which the UNet takes them. */
  readonly text: readonly ClipTextConfig[];
  readonly vae: VaeConfig;
}

/** The families that draw with a transformer. */
export type TransformerId = Exclude<Model, UNetModel>["family"];

/** The same of one of these, of which LoRAs change the transformer, and CLIP where there is one. */
export interface TransformerMeasures {
  readonly family: TransformerId;
  /** Of the transformer, as its family reads it. */
  readonly config: object;
  /** Absent: none, or as published. */
  readonly clip?: ClipTextConfig;
}

export type AnyMeasures = Measures | TransformerMeasures;

export const isTransformer = (measures: AnyMeasures): measures is TransformerMeasures => "family" in measures;

export const anyMeasuresOf = (model: Model): AnyMeasures =>
  model.denoiser.architecture === "unet"
    ? measuresOf(model as UNetModel)
    : {
        ...{ family: model.family as TransformerId, config: model.denoiser.config },
        ...("clip" in model && { clip: model.clip.component.config }),
      };

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

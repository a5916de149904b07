/** The dimensions of the kinds of autoencoders, as diffusers names them. */

/** What all kinds have. */
interface AutoencoderConfig {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly latent_channels: number;
  readonly block_out_channels: readonly number[];
  readonly scaling_factor: number;
  readonly shift_factor: number | null;
  /** Per channel, where the model has them. */
  readonly latents_mean: readonly number[] | null;
  readonly latents_std: readonly number[] | null;
  readonly force_upcast: boolean;
}

/** AutoencoderKL. */
export interface KlVaeConfig extends AutoencoderConfig {
  readonly kind: "kl";
  readonly layers_per_block: number;
  readonly norm_num_groups: number;
  readonly mid_block_add_attention: boolean;
  readonly use_quant_conv: boolean;
  readonly use_post_quant_conv: boolean;
  readonly sample_size: number;
  /** Where the decoder has others than the encoder. */
  readonly decoder_block_out_channels?: readonly number[];
}

/** AutoencoderTiny. Its width is the same at all levels. */
export interface TinyVaeConfig extends AutoencoderConfig {
  readonly kind: "tiny";
  readonly encoder_channels: number;
  readonly decoder_channels: number;
  readonly num_encoder_blocks: readonly number[];
  readonly num_decoder_blocks: readonly number[];
  /** TAEF2's: the blocks where the picture is smallest see all of it through a group norm. diffusers has no word for it. */
  readonly use_midblock_gn: boolean;
}

/**
 * AutoencoderKLQwenImage at one frame: of what convolves and samples along time nothing is left but the kernels' last slice.
 * `block_out_channels`: outermost first.
 */
export interface CausalVaeConfig extends AutoencoderConfig {
  readonly kind: "causal";
  /** Residual blocks of a level of the encoder; the decoder has one more. */
  readonly num_res_blocks: number;
}

export type VaeConfig = KlVaeConfig | TinyVaeConfig | CausalVaeConfig;

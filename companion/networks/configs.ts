/**
 * The dimensions of the networks, as data, under diffusers' and transformers' own names. `checkpoint/` reads them from a
 * folder's config.json (and refuses what these records cannot say) or takes the published ones for a single file.
 */

/** UNet2DConditionModel. Per-level lists have one entry per block, from the outermost in. */
export interface UNetConfig {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly block_out_channels: readonly number[];
  readonly down_block_types: readonly ("DownBlock2D" | "CrossAttnDownBlock2D")[];
  readonly up_block_types: readonly ("UpBlock2D" | "CrossAttnUpBlock2D")[];
  readonly mid_block_type: "UNetMidBlock2DCrossAttn" | "UNetMidBlock2D" | null;
  /** Resnets per level (the up path has one more). */
  readonly layers_per_block: readonly number[];
  /** Transformers in each attention of a level, one after the other. The mid block's is like the innermost level's first. */
  readonly transformer_layers_per_block: readonly (readonly number[])[];
  /** The same for the up path, from the innermost out. */
  readonly reverse_transformer_layers_per_block: readonly (readonly number[])[];
  /** Number of attention HEADS per level (what diffusers calls `attention_head_dim` by an old mistake). */
  readonly num_attention_heads: readonly number[];
  readonly cross_attention_dim: readonly number[];
  readonly norm_num_groups: number;
  readonly norm_eps: number;
  readonly act_fn: "silu" | "gelu" | "mish";
  readonly use_linear_projection: boolean;
  readonly only_cross_attention: readonly boolean[];
  readonly flip_sin_to_cos: boolean;
  readonly freq_shift: number;
  readonly downsample_padding: number;
  readonly mid_block_scale_factor: number;
  readonly resnet_time_scale_shift: "default" | "scale_shift";
  /** null: nothing added to the time embedding. "text": TextTimeEmbedding over the encoder states. "text_time": SDXL. */
  readonly addition_embed_type: null | "text" | "text_time";
  readonly addition_embed_type_num_heads: number;
  readonly addition_time_embed_dim: number | null;
  readonly projection_class_embeddings_input_dim: number | null;
  /** LCM's guidance embedding. */
  readonly time_cond_proj_dim: number | null;
  readonly center_input_sample: boolean;
  /** Latent height and width that the model was trained for. */
  readonly sample_size: number;
}

/** ControlNetModel. */
export interface ControlNetConfig {
  /** The inward half that it copies, as a UNet's record; what that says of the outward half means nothing. */
  readonly unet: UNetConfig;
  readonly conditioning_channels: number;
  /** Of the small network that reads the picture, outermost first. */
  readonly conditioning_embedding_out_channels: readonly number[];
  readonly channel_order: "rgb" | "bgr";
  /** What it adds is averaged over the picture (content shuffle). */
  readonly global_pool_conditions: boolean;
}

/** T2IAdapter. */
export interface T2IAdapterConfig {
  readonly in_channels: number;
  readonly channels: readonly number[];
  readonly num_res_blocks: number;
  /** Pixels along a side of the cells that become channels first. */
  readonly downscale_factor: number;
  readonly adapter_type: "full_adapter" | "full_adapter_xl" | "light_adapter";
}

/** MotionAdapter: AnimateDiff's motion module. Lists have one entry a level, outermost first. */
export interface MotionConfig {
  readonly block_out_channels: readonly number[];
  /** Temporal transformers on the way in (the way out has one more). */
  readonly motion_layers_per_block: readonly number[];
  /** Heads. */
  readonly motion_num_attention_heads: readonly number[];
  /** Frames that it has places for. */
  readonly motion_max_seq_length: number;
  readonly use_motion_mid_block: boolean;
}

export type { CausalVaeConfig, KlVaeConfig, TinyVaeConfig, VaeConfig } from "./autoencoder-configs.ts";
export type { QwenConfig, QwenVisionConfig, T5Config, YarnConfig } from "./language-configs.ts";

/** CLIPTextModel and CLIPTextModelWithProjection. */
export interface ClipTextConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly max_position_embeddings: number;
  readonly vocab_size: number;
  readonly hidden_act: "quick_gelu" | "gelu";
  readonly layer_norm_eps: number;
  readonly projection_dim: number;
  /** True for CLIPTextModelWithProjection. */
  readonly with_projection: boolean;
  readonly eos_token_id: number;
}

/** CLIPVisionModelWithProjection. */
export interface ClipVisionConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly image_size: number;
  readonly patch_size: number;
  readonly num_channels: number;
  readonly projection_dim: number;
  readonly hidden_act: "quick_gelu" | "gelu";
  readonly layer_norm_eps: number;
}

/** SiglipVisionModel. */
export interface SiglipVisionConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly image_size: number;
  readonly patch_size: number;
  readonly num_channels: number;
  readonly hidden_act: "gelu_pytorch_tanh";
  readonly layer_norm_eps: number;
}

/** ReduxImageEncoder: from an image encoder's states to a transformer's texts. */
export interface ReduxConfig {
  readonly redux_dim: number;
  readonly txt_in_features: number;
}

/** SiglipImageProcessor: resize to a square (bicubic), whatever the shape, scale to 0 … 1, normalise. */
export interface SquarePixels {
  readonly side: number;
  readonly image_mean: readonly number[];
  readonly image_std: readonly number[];
  readonly rescale_factor: number;
}

/** CLIPImageProcessor: resize the short side (bicubic), centre crop, scale to 0 … 1, normalise. */
export interface ImageProcessorConfig {
  readonly shortest_edge: number;
  readonly crop_size: number;
  readonly image_mean: readonly number[];
  readonly image_std: readonly number[];
  readonly rescale_factor: number;
  readonly do_resize: boolean;
  readonly do_center_crop: boolean;
  readonly do_normalize: boolean;
}

/** FluxTransformer2DModel. */
export interface Flux1Config {
  /** Numbers of a place that are read: of the latent, and with them what Fill sees of a picture. */
  readonly in_channels: number;
  /** Numbers of a place of the latent. */
  readonly out_channels: number;
  /** Blocks with a stream for the text and one for the picture. */
  readonly num_layers: number;
  /** Blocks with one stream for both. */
  readonly num_single_layers: number;
  readonly attention_head_dim: number;
  readonly num_attention_heads: number;
  /** Numbers of a place of the text. */
  readonly joint_attention_dim: number;
  /** Numbers of the whole text. */
  readonly pooled_projection_dim: number;
  /** Whether it was distilled to take the guidance scale as an input. */
  readonly guidance_embeds: boolean;
  /** Numbers of a head that each coordinate of a place turns. */
  readonly axes_dims_rope: readonly number[];
}

/** Flux2Transformer2DModel. */
export interface Flux2Config {
  /** Numbers of a place of the latent, in and out. */
  readonly in_channels: number;
  /** Blocks with a stream for the text and one for the picture. */
  readonly num_layers: number;
  /** Blocks with one stream for both. */
  readonly num_single_layers: number;
  readonly attention_head_dim: number;
  readonly num_attention_heads: number;
  /** Numbers of a place of the text. */
  readonly joint_attention_dim: number;
  readonly timestep_guidance_channels: number;
  readonly mlp_ratio: number;
  /** Numbers of a head that each coordinate of a place turns. */
  readonly axes_dims_rope: readonly number[];
  readonly rope_theta: number;
  readonly eps: number;
}

/** ZImageTransformer2DModel. */
export interface ZImageConfig {
  /** Channels of the autoencoder's latent, of which cells of 2 × 2 are read as one place. */
  readonly in_channels: number;
  readonly dim: number;
  readonly n_layers: number;
  /** Blocks that each of picture and text pass alone before. */
  readonly n_refiner_layers: number;
  readonly n_heads: number;
  readonly norm_eps: number;
  /** Numbers of a place of the text. */
  readonly cap_feat_dim: number;
  readonly rope_theta: number;
  /** What the time, 0 … 1, is multiplied by. */
  readonly t_scale: number;
  /** Numbers of a head that each coordinate of a place turns. */
  readonly axes_dims: readonly number[];
}

/** ZImageControlNetModel. */
export interface ZImageControlConfig {
  readonly dim: number;
  readonly n_refiner_layers: number;
  readonly n_heads: number;
  readonly norm_eps: number;
  /** Channels that it reads: the followed picture's latent, or that, a mask and the latent of what is not masked. */
  readonly control_in_dim: number;
  /** The transformer's layers behind which it adds something, and of its refiner. */
  readonly control_layers_places: readonly number[];
  readonly control_refiner_layers_places: readonly number[];
  /** Which blocks give something to the refiner. null: none, its own only read the picture. */
  readonly add_control_noise_refiner: "control_layers" | "control_noise_refiner" | null;
}

/** QwenImageTransformer2DModel. */
export interface QwenImageConfig {
  /** Numbers of a place that are read: cells of 2 × 2 of the latent. */
  readonly in_channels: number;
  /** Channels of the latent. */
  readonly out_channels: number;
  readonly num_layers: number;
  readonly attention_head_dim: number;
  readonly num_attention_heads: number;
  /** Numbers of a place of the text. */
  readonly joint_attention_dim: number;
  /** Numbers of a head that each coordinate of a place turns. */
  readonly axes_dims_rope: readonly number[];
  /** Whether pictures that it looks at are told that they are finished: time 0. */
  readonly zero_cond_t: boolean;
  /** Whether it is told which kind of picture it draws: with transparency, or (as it is never asked here) without. */
  readonly use_additional_t_cond: boolean;
  /** Whether its pictures are layers of one, behind which lies the one that it takes apart. */
  readonly use_layer3d_rope: boolean;
}

/** ErnieImageTransformer2DModel. */
export interface ErnieImageConfig {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_layers: number;
  readonly ffn_hidden_size: number;
  /** Numbers of a place of the latent, in and out. */
  readonly in_channels: number;
  /** Numbers of a place of the text. */
  readonly text_in_dim: number;
  readonly rope_theta: number;
  /** Numbers of a head that each coordinate of a place has angles for. */
  readonly rope_axes_dim: readonly number[];
  readonly eps: number;
}

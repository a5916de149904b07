/** The dimensions of the language models that read prompts, as transformers names them. */

/** How angles are stretched for texts longer than a language model was first taught with: Peng et al. 2023, "YaRN". */
export interface YarnConfig {
  readonly factor: number;
  /** Places of the texts that it was first taught with. */
  readonly original_max_position_embeddings: number;
  readonly beta_fast: number;
  readonly beta_slow: number;
  /** What cosines and sines are multiplied by. */
  readonly attention_factor: number;
  readonly truncate: boolean;
}

/** Qwen3Model, the language model of Qwen2_5_VLModel, or Ministral3Model. */
export interface QwenConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  /** null: angles are as they are. */
  readonly yarn: YarnConfig | null;
  /** By how much queries grow with every so many `places`: 1 + beta · ln(1 + ⌊place / places⌋). null: not at all. */
  readonly query_growth: { readonly beta: number; readonly places: number } | null;
  /** Which numbers of a head are turned as pairs. */
  readonly pairs: "halves" | "neighbours";
  /** Whether each head's queries and keys are normed. */
  readonly qk_norm: boolean;
  /** Whether the matrices of queries, keys and values have biases. */
  readonly qkv_bias: boolean;
  /** Pairs of a head that time, row and column of a picture's place turn; null: it sees none. */
  readonly mrope_section: readonly number[] | null;
}

/** Qwen2_5_VisionTransformerPretrainedModel. */
export interface QwenVisionConfig {
  readonly depth: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_heads: number;
  readonly in_channels: number;
  /** Pixels of a patch along a side. */
  readonly patch_size: number;
  /** Patches along a side that become one token. */
  readonly spatial_merge_size: number;
  /** Frames of a patch. */
  readonly temporal_patch_size: number;
  /** Pixels along a side of what patches attend to. */
  readonly window_size: number;
  /** Numbers of a token. */
  readonly out_hidden_size: number;
  /** Blocks in which patches attend to the whole picture. */
  readonly fullatt_block_indexes: readonly number[];
}

/** T5EncoderModel with gated MLPs (T5 1.1). */
export interface T5Config {
  readonly vocab_size: number;
  readonly d_model: number;
  /** Numbers of a head. */
  readonly d_kv: number;
  readonly d_ff: number;
  readonly num_layers: number;
  readonly num_heads: number;
  /** Of the distances between places, on both sides. */
  readonly relative_attention_num_buckets: number;
  readonly relative_attention_max_distance: number;
  readonly layer_norm_epsilon: number;
}

import { type LayerNames, otherNamesIn } from "../parts/layer-names.ts";

/**
 * FLUX.2's layers as Black Forest Labs call them, and as diffusers does, "#" for a block's number. Several of diffusers' are equal
 * parts of one matrix, in order.
 */
const QKV = (names: readonly string[]) => names.map((name) => `transformer_blocks.#.attn.${name}`);

export const LAYER_NAMES: LayerNames = [
  ["img_in", ["x_embedder"]],
  ["txt_in", ["context_embedder"]],
  ["time_in.in_layer", ["time_guidance_embed.timestep_embedder.linear_1"]],
  ["time_in.out_layer", ["time_guidance_embed.timestep_embedder.linear_2"]],
  ["double_stream_modulation_img.lin", ["double_stream_modulation_img.linear"]],
  ["double_stream_modulation_txt.lin", ["double_stream_modulation_txt.linear"]],
  ["single_stream_modulation.lin", ["single_stream_modulation.linear"]],
  ["double_blocks.#.img_attn.qkv", QKV(["to_q", "to_k", "to_v"])],
  ["double_blocks.#.txt_attn.qkv", QKV(["add_q_proj", "add_k_proj", "add_v_proj"])],
  ["double_blocks.#.img_attn.proj", ["transformer_blocks.#.attn.to_out.0"]],
  ["double_blocks.#.txt_attn.proj", ["transformer_blocks.#.attn.to_add_out"]],
  ["double_blocks.#.img_attn.norm.query_norm", ["transformer_blocks.#.attn.norm_q"]],
  ["double_blocks.#.img_attn.norm.key_norm", ["transformer_blocks.#.attn.norm_k"]],
  ["double_blocks.#.txt_attn.norm.query_norm", ["transformer_blocks.#.attn.norm_added_q"]],
  ["double_blocks.#.txt_attn.norm.key_norm", ["transformer_blocks.#.attn.norm_added_k"]],
  ["double_blocks.#.img_mlp.0", ["transformer_blocks.#.ff.linear_in"]],
  ["double_blocks.#.img_mlp.2", ["transformer_blocks.#.ff.linear_out"]],
  ["double_blocks.#.txt_mlp.0", ["transformer_blocks.#.ff_context.linear_in"]],
  ["double_blocks.#.txt_mlp.2", ["transformer_blocks.#.ff_context.linear_out"]],
  ["single_blocks.#.linear1", ["single_transformer_blocks.#.attn.to_qkv_mlp_proj"]],
  ["single_blocks.#.linear2", ["single_transformer_blocks.#.attn.to_out"]],
  ["single_blocks.#.norm.query_norm", ["single_transformer_blocks.#.attn.norm_q"]],
  ["single_blocks.#.norm.key_norm", ["single_transformer_blocks.#.attn.norm_k"]],
  ["final_layer.linear", ["proj_out"]],
  // The halves lie the other way round in diffusers' files: flux2/model.py, LastLayer; AdaLayerNormContinuous.
  ["final_layer.adaLN_modulation.1", ["norm_out.shift", "norm_out.scale"]],
  ["norm_out.linear", ["norm_out.scale", "norm_out.shift"]],
];

/** What else layers are called than in `paths` (diffusers' names), and which of those it stands for. */
export const otherNames = (paths: readonly string[]) => otherNamesIn(LAYER_NAMES, paths);

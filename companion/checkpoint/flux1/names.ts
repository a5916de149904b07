import { type LayerNames, otherNamesIn } from "../parts/layer-names.ts";

const QKV = (names: readonly string[]) => names.map((name) => `transformer_blocks.#.attn.${name}`);
const SINGLE_QKV = ["to_q", "to_k", "to_v"].map((name) => `single_transformer_blocks.#.attn.${name}`);
const SINGLE = "single_transformer_blocks.#";

/**
 * FLUX.1's layers as Black Forest Labs call them, and as diffusers does, "#" for a block's number. Several of diffusers' are
 * parts of one matrix, in order. Source: diffusers, scripts/convert_flux_to_diffusers.py.
 */
export const LAYER_NAMES: LayerNames = [
  ["img_in", ["x_embedder"]],
  ["txt_in", ["context_embedder"]],
  ["time_in.in_layer", ["time_text_embed.timestep_embedder.linear_1"]],
  ["time_in.out_layer", ["time_text_embed.timestep_embedder.linear_2"]],
  ["guidance_in.in_layer", ["time_text_embed.guidance_embedder.linear_1"]],
  ["guidance_in.out_layer", ["time_text_embed.guidance_embedder.linear_2"]],
  ["vector_in.in_layer", ["time_text_embed.text_embedder.linear_1"]],
  ["vector_in.out_layer", ["time_text_embed.text_embedder.linear_2"]],
  ["double_blocks.#.img_mod.lin", ["transformer_blocks.#.norm1.linear"]],
  ["double_blocks.#.txt_mod.lin", ["transformer_blocks.#.norm1_context.linear"]],
  ["double_blocks.#.img_attn.qkv", QKV(["to_q", "to_k", "to_v"])],
  ["double_blocks.#.txt_attn.qkv", QKV(["add_q_proj", "add_k_proj", "add_v_proj"])],
  ["double_blocks.#.img_attn.proj", ["transformer_blocks.#.attn.to_out.0"]],
  ["double_blocks.#.txt_attn.proj", ["transformer_blocks.#.attn.to_add_out"]],
  ["double_blocks.#.img_attn.norm.query_norm", ["transformer_blocks.#.attn.norm_q"]],
  ["double_blocks.#.img_attn.norm.key_norm", ["transformer_blocks.#.attn.norm_k"]],
  ["double_blocks.#.txt_attn.norm.query_norm", ["transformer_blocks.#.attn.norm_added_q"]],
  ["double_blocks.#.txt_attn.norm.key_norm", ["transformer_blocks.#.attn.norm_added_k"]],
  ["double_blocks.#.img_mlp.0", ["transformer_blocks.#.ff.net.0.proj"]],
  ["double_blocks.#.img_mlp.2", ["transformer_blocks.#.ff.net.2"]],
  ["double_blocks.#.txt_mlp.0", ["transformer_blocks.#.ff_context.net.0.proj"]],
  ["double_blocks.#.txt_mlp.2", ["transformer_blocks.#.ff_context.net.2"]],
  ["single_blocks.#.modulation.lin", [`${SINGLE}.norm.linear`]],
  ["single_blocks.#.linear1", [...SINGLE_QKV, [`${SINGLE}.proj_mlp`, 4]]],
  ["single_blocks.#.linear2", [`${SINGLE}.proj_out`]],
  ["single_blocks.#.norm.query_norm", [`${SINGLE}.attn.norm_q`]],
  ["single_blocks.#.norm.key_norm", [`${SINGLE}.attn.norm_k`]],
  ["final_layer.linear", ["proj_out"]],
  // The halves lie the other way round in diffusers' files: flux/modules/layers.py, LastLayer; AdaLayerNormContinuous.
  ["final_layer.adaLN_modulation.1", ["norm_out.shift", "norm_out.scale"]],
  ["norm_out.linear", ["norm_out.scale", "norm_out.shift"]],
];

/**
 * What XLabs' LoRAs call the layers that their attention processors change; of a single block's first matrix, not the MLP's part. A key's
 * "_lora" ends the name of the latter two (lora/keys.ts). Source: XLabs-AI/x-flux, src/flux/modules/layers.py.
 */
const XLABS: LayerNames = [
  ["double_blocks.#.processor.qkv_lora1", QKV(["to_q", "to_k", "to_v"])],
  ["double_blocks.#.processor.qkv_lora2", QKV(["add_q_proj", "add_k_proj", "add_v_proj"])],
  ["double_blocks.#.processor.proj_lora1", ["transformer_blocks.#.attn.to_out.0"]],
  ["double_blocks.#.processor.proj_lora2", ["transformer_blocks.#.attn.to_add_out"]],
  ["single_blocks.#.processor.qkv", SINGLE_QKV],
  ["single_blocks.#.processor.proj", [`${SINGLE}.proj_out`]],
];

/** What else LoRAs call layers than in `paths` (diffusers' names), and which of those it stands for. */
export const otherNames = (paths: readonly string[]) => otherNamesIn([...LAYER_NAMES, ...XLABS], paths);

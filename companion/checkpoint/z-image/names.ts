import { type LayerNames, otherNamesIn } from "../parts/layer-names.ts";

const ofBlock = (block: string): LayerNames => [
  [`${block}.#.attention.qkv`, ["to_q", "to_k", "to_v"].map((name) => `${block}.#.attention.${name}`)],
  [`${block}.#.attention.out`, [`${block}.#.attention.to_out.0`]],
  [`${block}.#.attention.q_norm`, [`${block}.#.attention.norm_q`]],
  [`${block}.#.attention.k_norm`, [`${block}.#.attention.norm_k`]],
];

/**
 * Z-Image's layers as the original code, ComfyUI and GGUF files call them, and as diffusers does, where these differ. Source:
 * diffusers, single_file_utils.py, convert_z_image_transformer_checkpoint_to_diffusers.
 */
export const LAYER_NAMES: LayerNames = [
  ["x_embedder", ["all_x_embedder.2-1"]],
  ["final_layer.linear", ["all_final_layer.2-1.linear"]],
  ["final_layer.adaLN_modulation.1", ["all_final_layer.2-1.adaLN_modulation.1"]],
  ...["layers", "noise_refiner", "context_refiner"].flatMap(ofBlock),
];

/** The same of its ControlNets' layers, which are published under diffusers' names. */
export const CONTROL_LAYER_NAMES: LayerNames = ["control_layers", "control_noise_refiner"].flatMap(ofBlock);

/** What else layers are called than in `paths` (diffusers' names), and which of those it stands for. */
export const otherNames = (paths: readonly string[]) => otherNamesIn(LAYER_NAMES, paths);

/** FLUX.2's transformer as Black Forest Labs or diffusers name its tensors, under the names that networks/ asks for: diffusers'. */
import type { WeightRef } from "../../graph/weights.ts";
import { type Refs, rows } from "../files/component.ts";

/** What programs put before the names of a transformer in a file of several parts. */
export const TRANSFORMER_PREFIXES = ["model.diffusion_model.", "diffusion_model.", "transformer.", ""];

const QKV = ["to_q", "to_k", "to_v"];
const ADDED_QKV = ["add_q_proj", "add_k_proj", "add_v_proj"];

/** Whole names; several results are equal parts, in order. Norms end in "scale" or, in newer files, in "weight". */
const RULES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^img_in\.weight$/, ["x_embedder.weight"]],
  [/^txt_in\.weight$/, ["context_embedder.weight"]],
  [/^time_in\.in_layer\.weight$/, ["time_guidance_embed.timestep_embedder.linear_1.weight"]],
  [/^time_in\.out_layer\.weight$/, ["time_guidance_embed.timestep_embedder.linear_2.weight"]],
  [/^((?:double_stream_modulation_(?:img|txt)|single_stream_modulation)\.lin)\.weight$/, ["$1ear.weight"]],
  [/^double_blocks\.(\d+)\.img_attn\.qkv\.weight$/, QKV.map((name) => `transformer_blocks.$1.attn.${name}.weight`)],
  [
    /^double_blocks\.(\d+)\.txt_attn\.qkv\.weight$/,
    ADDED_QKV.map((name) => `transformer_blocks.$1.attn.${name}.weight`),
  ],
  [/^double_blocks\.(\d+)\.img_attn\.proj\.weight$/, ["transformer_blocks.$1.attn.to_out.0.weight"]],
  [/^double_blocks\.(\d+)\.txt_attn\.proj\.weight$/, ["transformer_blocks.$1.attn.to_add_out.weight"]],
  [/^double_blocks\.(\d+)\.img_attn\.norm\.query_norm\.\w+$/, ["transformer_blocks.$1.attn.norm_q.weight"]],
  [/^double_blocks\.(\d+)\.img_attn\.norm\.key_norm\.\w+$/, ["transformer_blocks.$1.attn.norm_k.weight"]],
  [/^double_blocks\.(\d+)\.txt_attn\.norm\.query_norm\.\w+$/, ["transformer_blocks.$1.attn.norm_added_q.weight"]],
  [/^double_blocks\.(\d+)\.txt_attn\.norm\.key_norm\.\w+$/, ["transformer_blocks.$1.attn.norm_added_k.weight"]],
  [/^double_blocks\.(\d+)\.img_mlp\.0\.weight$/, ["transformer_blocks.$1.ff.linear_in.weight"]],
  [/^double_blocks\.(\d+)\.img_mlp\.2\.weight$/, ["transformer_blocks.$1.ff.linear_out.weight"]],
  [/^double_blocks\.(\d+)\.txt_mlp\.0\.weight$/, ["transformer_blocks.$1.ff_context.linear_in.weight"]],
  [/^double_blocks\.(\d+)\.txt_mlp\.2\.weight$/, ["transformer_blocks.$1.ff_context.linear_out.weight"]],
  [/^single_blocks\.(\d+)\.linear1\.weight$/, ["single_transformer_blocks.$1.attn.to_qkv_mlp_proj.weight"]],
  [/^single_blocks\.(\d+)\.linear2\.weight$/, ["single_transformer_blocks.$1.attn.to_out.weight"]],
  [/^single_blocks\.(\d+)\.norm\.query_norm\.\w+$/, ["single_transformer_blocks.$1.attn.norm_q.weight"]],
  [/^single_blocks\.(\d+)\.norm\.key_norm\.\w+$/, ["single_transformer_blocks.$1.attn.norm_k.weight"]],
  [/^final_layer\.linear\.weight$/, ["proj_out.weight"]],
  // The halves lie the other way round in diffusers' files: flux2/model.py, LastLayer; AdaLayerNormContinuous.
  [/^final_layer\.adaLN_modulation\.1\.weight$/, ["norm_out.shift.weight", "norm_out.scale.weight"]],
  [/^norm_out\.linear\.weight$/, ["norm_out.scale.weight", "norm_out.shift.weight"]],
];

/** diffusers' own. */
const KNOWN =
  /^(?:x_embedder|context_embedder|proj_out|time_guidance_embed\.timestep_embedder\.linear_[12]|(?:double_stream_modulation_(?:img|txt)|single_stream_modulation)\.linear|(?:single_)?transformer_blocks\.\d+\..+)\.weight$/;

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameFlux2(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed: Refs = new Map();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const rule = RULES.find(([pattern]) => pattern.test(key));
    if (rule) for (const [name, part] of partsOf(key, ref, rule)) renamed.set(name, part);
    else if (KNOWN.test(key)) renamed.set(key, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}

function partsOf(
  key: string,
  ref: WeightRef,
  [pattern, names]: (typeof RULES)[number],
): (readonly [string, WeightRef])[] {
  const called = names.map((name) => key.replace(pattern, name));
  if (called.length === 1) return [[called[0]!, ref]];
  const whole = ref.dims.length === 2 && ref.dims[0]! % called.length === 0;
  return whole ? called.map((name, i) => [name, rows(ref, i, called.length)]) : [[called[0]!, ref]];
}

/** FLUX.2's transformer as Black Forest Labs or diffusers name its tensors, under the names that networks/ asks for: diffusers'. */
import type { WeightRef } from "../../graph/weights.ts";
import { type Refs, rows } from "../files/component.ts";
import { LAYER_NAMES } from "./names.ts";

/** What programs put before the names of a transformer in a file of several parts. */
export const TRANSFORMER_PREFIXES = ["model.diffusion_model.", "diffusion_model.", "transformer.", ""];

/** Whole names; several results are equal parts, in order. Norms end in "scale" or, in newer files, in "weight". */
const RULES: readonly (readonly [RegExp, readonly string[]])[] = LAYER_NAMES.map(([published, diffusers]) => {
  const pattern = published.replaceAll(".", "\\.").replace("#", "(\\d+)");
  const end = /norm$/.test(published) ? "(?:scale|weight)" : "weight";
  return [new RegExp(`^${pattern}\\.${end}$`), diffusers.map((name) => `${name.replace("#", "$1")}.weight`)];
});

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

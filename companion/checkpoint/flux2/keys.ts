/** FLUX.2's transformer as Black Forest Labs or diffusers name its tensors, under the names that networks/ asks for: diffusers'. */
import type { Refs } from "../files/component.ts";
import { renameLayers, rulesOf } from "../parts/layer-names.ts";
import { LAYER_NAMES } from "./names.ts";

/** Norms end in "scale" or, in newer files, in "weight". */
const RULES = rulesOf(LAYER_NAMES, (published) => (/norm$/.test(published) ? "(?:scale|weight)" : "weight"));

/** diffusers' own. */
const KNOWN =
  /^(?:x_embedder|context_embedder|proj_out|time_guidance_embed\.timestep_embedder\.linear_[12]|(?:double_stream_modulation_(?:img|txt)|single_stream_modulation)\.linear|(?:single_)?transformer_blocks\.\d+\..+)\.weight$/;

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export const renameFlux2 = (refs: Refs) => renameLayers(refs, RULES, (key) => KNOWN.test(key));

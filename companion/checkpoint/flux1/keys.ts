/** FLUX.1's transformer as Black Forest Labs or diffusers name its tensors, under the names that networks/ asks for: diffusers'. */
import type { Refs } from "../files/component.ts";
import { renameLayers, rulesOf } from "../parts/layer-names.ts";
import { LAYER_NAMES } from "./names.ts";

/** Norms end in "scale" or, in newer files, in "weight". */
const RULES = rulesOf(LAYER_NAMES, (published) =>
  /_norm$/.test(published) ? "(?:scale|weight)" : "(?<end>weight|bias)",
);

/** diffusers' own. */
const KNOWN =
  /^(?:x_embedder|context_embedder|proj_out|time_text_embed\.(?:timestep|guidance|text)_embedder\.linear_[12]|(?:single_)?transformer_blocks\.\d+\..+)\.(?:weight|bias)$/;

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export const renameFlux1 = (refs: Refs) => renameLayers(refs, RULES, (key) => KNOWN.test(key));

/** Qwen-Image's transformer: its authors, ComfyUI, GGUF files and diffusers name its tensors alike. */

import { KINDS } from "../../networks/qwen-image-transformer.ts";
import type { Refs } from "../files/component.ts";
import { renameLayers } from "../parts/layer-names.ts";

const KNOWN =
  /^(?:img_in|txt_in|txt_norm|proj_out|norm_out\.linear|time_text_embed\.(?:timestep_embedder\.linear_[12]|addition_t_embedding)|transformer_blocks\.\d+\..+)\.(?:weight|bias)$/;

/** Empty, and says by being there what `zero_cond_t` says in a folder. Source: ComfyUI, comfy/model_detection.py. */
export const ZERO_TIME_MARK = "__index_timestep_zero__";

/** What a transformer has that takes pictures apart, and no other. */
export const LAYERED_MARK = KINDS;

/** Keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameQwenImage(refs: Refs): { refs: Refs; unknown: string[] } {
  const { refs: renamed, unknown } = renameLayers(refs, [], (key) => KNOWN.test(key));
  return { refs: renamed, unknown: unknown.filter((key) => key !== ZERO_TIME_MARK) };
}

/** Which tensors of a file are another one's encoding: found here once, for any network, before anything is renamed. */
import { Problem } from "../../../shared/problem.ts";
import { elementCount } from "../../tensor.ts";
import type { Refs } from "./component.ts";

/** ComfyUI marks a network whose weights are scaled float8 with a tensor of this name. */
const MARK = /(?:^|\.)scaled_fp8$/;
const SCALE = /^(.*)\.(?:scale_weight|weight_scale)$/;
/** What ComfyUI scales a layer's input by where it multiplies in float8, which is not done here. */
const INPUT_SCALE = /\.(?:scale_input|input_scale)$/;

/**
 * The tensors that networks ask for, each with its encoding: `X.scale_weight` (ComfyUI's older layout) or `X.weight_scale`
 * (its newer one), one number, becomes the scale of `X.weight`. Throws Problem "model-unsupported" where it is more than one
 * number, or `X.weight` is not there.
 */
export function resolveEncodings(refs: Refs, origin: string): Refs {
  const resolved: Refs = new Map();
  for (const [key, ref] of refs)
    if (!MARK.test(key) && !SCALE.test(key) && !INPUT_SCALE.test(key)) resolved.set(key, ref);
  for (const [key, scale] of refs) {
    const layer = SCALE.exec(key)?.[1];
    if (layer === undefined) continue;
    const ref = resolved.get(`${layer}.weight`);
    if (!ref || elementCount(scale.dims) !== 1)
      throw new Problem(
        "model-unsupported",
        `"${origin}" has "${scale.key}" [${scale.dims}], a scale that this version cannot use: use the model's fp16 version.`,
      );
    resolved.set(`${layer}.weight`, { ...ref, encoding: { kind: "scaled", scale } });
  }
  return resolved;
}

import type { Mask } from "../../shared/mask.ts";
import { interpolateCubic } from "./cubic.ts";
import { binarize } from "./mask.ts";

/**
 * A mask for an attention with so many queries, [queries], about 0 … 1: bicubic, so that a border may overshoot. What the
 * picture's shape leaves over is 0.
 * Source: diffusers, image_processor.py, IPAdapterMaskProcessor.downsample.
 */
export function toAttentionMask(mask: Mask, queries: number): Float32Array {
  const least = Math.max(1, Math.trunc(Math.sqrt(queries / (mask.width / mask.height))));
  const height = least + (queries % least === 0 ? 0 : 1);
  const width = Math.floor(queries / height);
  const data = Float32Array.from(binarize(mask).data, (value) => value / 255);
  const out = new Float32Array(queries);
  out.set(interpolateCubic({ ...mask, data }, { width, height }).subarray(0, queries));
  return out;
}

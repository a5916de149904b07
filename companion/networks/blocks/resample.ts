import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, upsampledConv2d } from "../../graph/layers.ts";
import type { Padding } from "../../graph/ops/products.ts";
import type { Weights } from "../../graph/weights.ts";

/** x [B, C, H, W] → half the size. Key: conv. diffusers models/downsampling.py, Downsample2D. */
export const downsample = (op: Graph, w: Weights, x: Value, padding: Padding): Value =>
  conv2d(op, w.at("conv"), x, [dimAt(x, 1), 3], { stride: 2, padding });

/**
 * x [B, C, H, W] → [B, out, height, width], by default C and twice the size, or about twice where a latent of odd size meets its
 * skip connection again. Key: conv. diffusers models/upsampling.py, Upsample2D.
 */
export function upsample(
  op: Graph,
  w: Weights,
  x: Value,
  {
    size = [2 * dimAt(x, 2), 2 * dimAt(x, 3)],
    out = dimAt(x, 1),
  }: { readonly size?: readonly [number, number]; readonly out?: number } = {},
): Value {
  return upsampledConv2d(op, w.at("conv"), x, { out, size });
}

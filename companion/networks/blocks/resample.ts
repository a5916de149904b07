import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d, upsampledConv2d } from "../../graph/layers.ts";
import type { Padding } from "../../graph/ops/products.ts";
import type { Weights } from "../../graph/weights.ts";

/** x [B, C, H, W] → half the size. Key: conv. diffusers models/downsampling.py, Downsample2D. */
export const downsample = (op: Graph, w: Weights, x: Value, padding: Padding): Value =>
  conv2d(op, w.at("conv"), x, [dimAt(x, 1), 3], { stride: 2, padding });

/**
 * x [B, C, H, W] → [B, C, height, width], twice the size, or about twice where a latent of odd size meets its skip
 * connection again. Key: conv. diffusers models/upsampling.py, Upsample2D.
 */
export function upsample(
  op: Graph,
  w: Weights,
  x: Value,
  size: readonly [number, number] = [2 * dimAt(x, 2), 2 * dimAt(x, 3)],
): Value {
  return upsampledConv2d(op, w.at("conv"), x, { out: dimAt(x, 1), size });
}

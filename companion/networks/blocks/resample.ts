import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d } from "../../graph/layers.ts";
import type { Padding } from "../../graph/ops/products.ts";
import { slice, upsampleNearest } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/** x [B, C, H, W] → half the size. Key: conv. diffusers models/downsampling.py, Downsample2D. */
export const downsample = (op: Graph, w: Weights, x: Value, padding: Padding): Value =>
  conv2d(op, w.at("conv"), x, [x.dims[1]!, 3], { stride: 2, padding });

/**
 * x [B, C, H, W] → [B, C, height, width], where each is twice the size or one less: latents of odd size meet their skip
 * connections again. Nearest neighbour, then a convolution. Key: conv. diffusers models/upsampling.py, Upsample2D.
 */
export function upsample(
  op: Graph,
  w: Weights,
  x: Value,
  [height, width]: readonly [number, number] = [2 * x.dims[2]!, 2 * x.dims[3]!],
): Value {
  const big = op.scope(w.path, () => upsampleNearest(op, x));
  const cut = slice(op, slice(op, big, 2, [0, height]), 3, [0, width]);
  return conv2d(op, w.at("conv"), cut, [x.dims[1]!, 3], { padding: [1, 1, 1, 1] });
}

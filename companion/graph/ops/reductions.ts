/** Operators that normalise, reduce or mix along axes. */
import { float, int, ints } from "../attributes.ts";
import { fixedDims } from "../dim.ts";
import type { Graph, Value } from "../graph.ts";

/** Each [b, c] of x [B, C, N] to mean 0 and variance 1, then · scale[c] + shift[c]. Ulyanov et al. 2016. */
export const instanceNormalization = (op: Graph, x: Value, scale: Value, shift: Value, eps: number): Value =>
  op.emit("InstanceNormalization", [x, scale, shift], [x], { epsilon: float(eps) })[0]!;

/** Each row of x [..., D] to mean 0 and variance 1, then · scale[D] + shift[D]. Ba et al. 2016. */
export const layerNormalization = (op: Graph, x: Value, scale: Value, shift: Value, eps: number): Value =>
  op.emit("LayerNormalization", [x, scale, shift], [x], { axis: int(-1), epsilon: float(eps) })[0]!;

/** Every row by its Euclidean length; a row of zeros stays. */
export const lpNormalization = (op: Graph, x: Value): Value =>
  op.emit("LpNormalization", [x], [x], { axis: int(-1), p: int(2) })[0]!;

export const softmax = (op: Graph, x: Value): Value => op.emit("Softmax", [x], [x], { axis: int(-1) })[0]!;

/** The mean along `axis`, which stays, 1 long. */
export function reduceMean(op: Graph, x: Value, axis: number): Value {
  const dims = x.dims.map((d, i) => (i === axis ? 1 : d));
  const axes = op.constant({ type: "int64", dims: [1], data: BigInt64Array.of(BigInt(axis)) });
  return op.emit("ReduceMean", [x, axes], [{ type: x.type, dims }], { keepdims: int(1) })[0]!;
}

/** x [B, C, H, W] → [B, C, ⌈H/2⌉, ⌈W/2⌉]: the mean of each 2×2 pixels; at an odd edge of those that are there. */
export function averagePool(op: Graph, x: Value): Value {
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  const dims = [b, c, Math.ceil(h / 2), Math.ceil(w / 2)];
  const isOdd = h % 2 === 1 || w % 2 === 1;
  const attributes = { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ...(isOdd && { ceil_mode: int(1) }) };
  return op.emit("AveragePool", [x], [{ type: x.type, dims }], attributes)[0]!;
}

/** The first position of the largest element along the last axis, which stays, 1 long; int64. */
export function argMax(op: Graph, x: Value): Value {
  const dims = [...x.dims.slice(0, -1), 1];
  return op.emit("ArgMax", [x], [{ type: "int64", dims }], { axis: int(x.dims.length - 1), keepdims: int(1) })[0]!;
}

export interface AttentionOptions {
  readonly heads: number;
  /** "causal": a query sees the keys up to its own position. */
  readonly mask: "none" | "causal";
}

/** ONNX Runtime's attention in one kernel: softmax(q·kᵀ/√d)·v per head. q [B, S, C], k and v [B, T, C] → [B, S, C]. */
export function multiHeadAttention(
  op: Graph,
  [q, k, v]: readonly [Value, Value, Value],
  options: AttentionOptions,
): Value {
  const attributes = { num_heads: int(options.heads), unidirectional: int(options.mask === "causal" ? 1 : 0) };
  return op.emit("MultiHeadAttention", [q, k, v], [q], attributes, { domain: "com.microsoft" })[0]!;
}

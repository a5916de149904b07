/** Operators that normalise, reduce or mix along axes. */
import { float, int, ints } from "../attributes.ts";
import { dimAt, fixedDims } from "../dim.ts";
import type { Graph, Value } from "../graph.ts";

/** Each [b, c] of x [B, C, N] to mean 0 and variance 1, then · scale[c] + shift[c]. Ulyanov et al. 2016. */
export const instanceNormalization = (op: Graph, x: Value, scale: Value, shift: Value, eps: number): Value =>
  op.emit("InstanceNormalization", [x, scale, shift], [x], { epsilon: float(eps) })[0]!;

/** x [B, C, ...] less its channel's mean, by the root of its variance, then · scale + shift: all of them given, [C] each. */
export const batchNormalization = (
  op: Graph,
  x: Value,
  [scale, shift, mean, variance]: readonly [Value, Value, Value, Value],
  eps: number,
): Value => op.emit("BatchNormalization", [x, scale, shift, mean, variance], [x], { epsilon: float(eps) })[0]!;

/** Each row of x [..., D] to mean 0 and variance 1, then · scale[D] + shift[D]. Ba et al. 2016. */
export const layerNormalization = (op: Graph, x: Value, scale: Value, shift: Value, eps: number): Value =>
  op.emit("LayerNormalization", [x, scale, shift], [x], { axis: int(-1), epsilon: float(eps) })[0]!;

/** Each row of x [..., D] by the root of its mean square, then · scale[D]. Zhang and Sennrich 2019. */
export const rmsNormalization = (op: Graph, x: Value, scale: Value, eps: number): Value =>
  op.emit("SimplifiedLayerNormalization", [x, scale], [x], { axis: int(-1), epsilon: float(eps) })[0]!;

/** Every row by its Euclidean length; a row of zeros stays. */
export const lpNormalization = (op: Graph, x: Value): Value =>
  op.emit("LpNormalization", [x], [x], { axis: int(-1), p: int(2) })[0]!;

export const softmax = (op: Graph, x: Value): Value => op.emit("Softmax", [x], [x], { axis: int(-1) })[0]!;

/** Along `axis`, which stays, 1 long. */
function reduced(op: Graph, operator: string, x: Value, axis: number): Value {
  const dims = x.dims.map((d, i) => (i === axis ? 1 : d));
  const axes = op.constant({ type: "int64", dims: [1], data: BigInt64Array.of(BigInt(axis)) });
  return op.emit(operator, [x, axes], [{ type: x.type, dims }], { keepdims: int(1) })[0]!;
}

/** The mean along `axis`, which stays, 1 long. */
export const reduceMean = (op: Graph, x: Value, axis: number): Value => reduced(op, "ReduceMean", x, axis);

/** The sums of the squares of x along `axis`, which stays, 1 long. */
export const reduceSumSquare = (op: Graph, x: Value, axis: number): Value => reduced(op, "ReduceSumSquare", x, axis);

/** The largest element along the last axis, which stays, 1 long. */
export function reduceMax(op: Graph, x: Value): Value {
  const axes = op.constant({ type: "int64", dims: [1], data: BigInt64Array.of(-1n) });
  return op.emit("ReduceMax", [x, axes], [{ type: x.type, dims: [...x.dims.slice(0, -1), 1] }], {
    keepdims: int(1),
  })[0]!;
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
  /** What is added to the scores, [1, 1 or heads, S, T]. */
  readonly bias?: Value;
  /** What q·kᵀ is multiplied by. Default: 1/√d. */
  readonly scale?: number;
}

/** ONNX Runtime's attention in one kernel: softmax(q·kᵀ/√d)·v per head. q [B, S, C], k and v [B, T, C] → [B, S, C]. */
export function multiHeadAttention(
  op: Graph,
  [q, k, v]: readonly [Value, Value, Value],
  options: AttentionOptions,
): Value {
  const attributes = {
    ...{ num_heads: int(options.heads), unidirectional: int(options.mask === "causal" ? 1 : 0) },
    ...(options.scale !== undefined && { scale: float(options.scale) }),
  };
  const inputs = options.bias ? [q, k, v, undefined, undefined, options.bias] : [q, k, v];
  return op.emit("MultiHeadAttention", inputs, [q], attributes, { domain: "com.microsoft" })[0]!;
}

/** The sums of x along `axis`, which then is gone. */
export function reduceSum(op: Graph, x: Value, axis: number): Value {
  const axes = op.constant({ type: "int64", dims: [1], data: BigInt64Array.of(BigInt(axis)) });
  const dims = x.dims.toSpliced(axis, 1);
  return op.emit("ReduceSum", [x, axes], [{ type: x.type, dims }], { keepdims: int(0) })[0]!;
}

/** What a place's pairs of numbers are turned by: [S, d / 2] each, in x's type. */
export interface Rotation {
  readonly cos: Value;
  readonly sin: Value;
}

/**
 * Turns the pairs of every head of x [B, S, heads · d] by its place's angles. Su et al. 2021, "RoFormer", equation 34.
 * "neighbours": numbers 2i and 2i + 1 are a pair; "halves": i and i + d / 2.
 */
export function rotaryEmbedding(op: Graph, x: Value, { cos, sin }: Rotation, pairs: "neighbours" | "halves"): Value {
  const size = 2 * dimAt(cos, 1);
  if (cos.dims[0] !== x.dims[1] || sin.dims.join() !== cos.dims.join() || dimAt(x, 2) % size !== 0)
    op.fail(`Cannot turn [${x.dims}] by [${cos.dims}] and [${sin.dims}]`);
  const begin = op.constant({ type: "int64", dims: [1], data: BigInt64Array.of(0n) });
  const attributes = { interleaved: int(pairs === "neighbours" ? 1 : 0) };
  return op.emit("RotaryEmbedding", [x, begin, cos, sin], [x], attributes, { domain: "com.microsoft" })[0]!;
}

/**
 * Layers with weights. EVERY weighted operation of every network passes through here, keyed by the weights' path: this is
 * where element types are widened or narrowed, where matrices are quantised, where a dialect's lowering is chosen, where
 * branches (LoRA and its kin) join, and where a strip of a picture is normalised by the whole picture's moments. A layer
 * asks for each weight by name and by the shape that its input implies.
 */
import { dimAt } from "./dim.ts";
import { decode } from "./encodings.ts";
import { type Join, kernelsOf, matrixOf, weight } from "./factors.ts";
import type { Graph, Value } from "./graph.ts";
import { groupNormalization } from "./group-norms.ts";
import {
  add,
  batchNormalization,
  type Conv2dOptions,
  cast,
  conv,
  div,
  gather,
  layerNormalization,
  mul,
  reduceMean,
  reshape,
  resizeNearest,
  rmsNormalization,
  scalar,
  slice,
  sqrt,
} from "./ops.ts";
import type { Weights } from "./weights.ts";

export { weight } from "./factors.ts";

/** x [..., in] · weightᵀ, and the bias where there is one; `as`: the weight's dims in the file, where they are not [out, in]. */
function product(
  op: Graph,
  w: Weights,
  x: Value,
  { out, bias, as }: { readonly out: number; readonly bias: "added" | "none"; readonly as?: readonly number[] },
): Value {
  const dims = [out, dimAt(x, -1)] as const;
  const rows = reshape(op, x, [-1, dims[1]]);
  const { whole, ...ways } = matrixOf(op, w, { dims, as: as ?? dims, x, rows });
  const own = bias === "added" ? weight(op, w, "bias", [out]) : undefined;
  const layer = { kind: "linear", out, x: rows, bias: own, weight: whole, ...ways } as const;
  return reshape(op, op.branchAt(w.path)?.(op, layer) ?? ways.result(own), [...x.dims.slice(0, -1), out]);
}

/** x [..., in] → [..., out]. Keys: weight [out, in], bias [out]. */
export const linear = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => product(op, w, x, { out, bias: "added" }));

/** x [..., in] → [..., out]. Key: weight [out, in]; or its transpose weight.T [in, out], as open_clip keeps its projection. */
export const linearNoBias = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => product(op, w, x, { out, bias: "none" }));

/** A 1×1 convolution over pixels that lie as rows: x [..., in] → [..., out]. Keys: weight [out, in, 1, 1], bias [out]. */
export const pointwise = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => product(op, w, x, { out, bias: "added", as: [out, dimAt(x, -1), 1, 1] }));

/** What `make` makes, and something added. */
const plus = (op: Graph, make: () => Value) => (added?: Value) => (added ? add(op, make(), added) : make());

/** x [B, in, H, W] → [B, out, H', W']. Keys: weight [out, in, kernel, kernel], bias [out]. */
export const conv2d = (
  op: Graph,
  w: Weights,
  x: Value,
  [out, kernel]: readonly [number, number],
  { stride = 1, padding = [0, 0, 0, 0] }: Conv2dOptions = {},
): Value =>
  op.scope(w.path, () => {
    const { areWhole, whole, convolve } = kernelsOf(op, w, [out, dimAt(x, 1), kernel, kernel]);
    const bias = weight(op, w, "bias", [out]);
    const result = plus(op, () => convolve(x, bias, { stride, padding }));
    const joinedRows = (join: Join) => convolve(x, bias, { stride, padding, join });
    const layer = {
      ...({ kind: "conv2d", out, kernel, stride, padding, x, weight: whole, result } as const),
      ...(areWhole && { joinedRows }),
    };
    return op.branchAt(w.path)?.(op, layer) ?? result();
  });

/** x [B, C, H, W] → the same, each channel convolved by itself. Keys: weight [C, 1, kernel, kernel], bias [C]. */
export const depthwiseConv2d = (op: Graph, w: Weights, x: Value, kernel: number): Value =>
  op.scope(w.path, () => {
    const channels = dimAt(x, 1);
    const kernels = weight(op, w, "weight", [channels, 1, kernel, kernel]);
    const margin = (kernel - 1) / 2;
    const options = { padding: [margin, margin, margin, margin], groups: channels } as const;
    return conv(op, x, kernels, weight(op, w, "bias", [channels]), options);
  });

/** x [B, C, ...]. Keys: weight, bias, running_mean, running_var, each [C]. Ioffe and Szegedy 2015, algorithm 2. */
export const batchNorm = (op: Graph, w: Weights, x: Value, eps: number): Value =>
  op.scope(w.path, () => {
    const names = ["weight", "bias", "running_mean", "running_var"] as const;
    const [scale, shift, mean, variance] = names.map((name) => weight(op, w, name, [dimAt(x, 1)]));
    return batchNormalization(op, x, [scale!, shift!, mean!, variance!], eps);
  });

/** x [B, in, H, W] → [B, out, H', W']. Key: weight [out, in, kernel, kernel]. */
export const conv2dNoBias = (
  op: Graph,
  w: Weights,
  x: Value,
  [out, kernel]: readonly [number, number],
  { stride = 1, padding = [0, 0, 0, 0] }: Conv2dOptions = {},
): Value =>
  op.scope(w.path, () =>
    kernelsOf(op, w, [out, dimAt(x, 1), kernel, kernel]).convolve(x, undefined, { stride, padding }),
  );

/**
 * x [B, C, H, W], resized to `size` by nearest neighbour, then a 3×3 convolution → [B, out, ...size].
 * Keys: weight [out, C, 3, 3], bias [out].
 */
export const upsampledConv2d = (
  op: Graph,
  w: Weights,
  x: Value,
  { out, size }: { readonly out: number; readonly size: readonly [number, number] },
): Value =>
  op.scope(w.path, () => {
    const { whole, convolveResized } = kernelsOf(op, w, [out, dimAt(x, 1), 3, 3]);
    const y = convolveResized(x, weight(op, w, "bias", [out]), size);
    const result = plus(op, () => y);
    const layer = { out, kernel: 3, stride: 1, padding: [1, 1, 1, 1], weight: whole, result } as const;
    return op.branchAt(w.path)?.(op, { kind: "conv2d", ...layer, x: resizeNearest(op, x, size) }) ?? y;
  });

/**
 * What a convolution along time, rows and columns makes of one frame that only zeros lie before: x [B, in, H, W] → [B, out, H, W],
 * by the kernels' last slice. Keys: weight [out, in, kernel, kernel, kernel], bias [out].
 */
export const frameConv2d = (op: Graph, w: Weights, x: Value, [out, kernel]: readonly [number, number]): Value =>
  op.scope(w.path, () => {
    const channels = dimAt(x, 1);
    const whole = weight(op, w, "weight", [out, channels, kernel, kernel, kernel]);
    const last = reshape(op, slice(op, whole, 2, [kernel - 1, kernel]), [out, channels, kernel, kernel]);
    const margin = (kernel - 1) / 2;
    return conv(op, x, last, weight(op, w, "bias", [out]), { padding: [margin, margin, margin, margin] });
  });

/** Patches of a picture as rows: x [B, C, S, S] → [B, (S/patch)², out]. Key: weight [out, C, patch, patch]. */
export const patchesNoBias = (op: Graph, w: Weights, x: Value, [out, patch]: readonly [number, number]): Value =>
  op.scope(w.path, () =>
    conv(op, x, weight(op, w, "weight", [out, dimAt(x, 1), patch, patch]), undefined, { stride: patch }),
  );

/** x [B, C, ...]. Keys: weight [C], bias [C]. */
export const groupNorm = (
  op: Graph,
  w: Weights,
  x: Value,
  norm: { readonly groups: number; readonly eps: number },
): Value =>
  op.scope(w.path, () => {
    const own = op.momentsAt(w.path, x, norm);
    const normalized = (scale: Value, shift: Value) =>
      groupNormalization(op, own?.of ?? x, [scale, shift], { ...norm, own });
    return affine(op, w, dimAt(x, 1), normalized);
  });

/** x [..., D]. Keys: weight [D], bias [D]. */
export const layerNorm = (op: Graph, w: Weights, x: Value, eps: number): Value =>
  op.scope(w.path, () => {
    const normalized = (scale: Value, shift: Value) => layerNormalization(op, x, scale, shift, eps);
    return affine(op, w, dimAt(x, -1), normalized);
  });

/** x [..., D], in its own type, which may be wider than the graph's. Key: weight [D]. */
export const rmsNorm = (op: Graph, w: Weights, x: Value, eps: number): Value =>
  op.scope(w.path, () => rmsNormalization(op, x, cast(op, weight(op, w, "weight", [dimAt(x, -1)]), x.type), eps));

/** Of a mean square below which a pixel stays as it is, all but zeros. */
const NOTHING = 1e-24;

/**
 * Every pixel of x [B, C, H, W] by the root of its channels' mean square, in float32. Key: gamma [C, 1, …], with `ones` ones.
 */
export const rmsNormOfChannels = (op: Graph, w: Weights, x: Value, ones: 2 | 3): Value =>
  op.scope(w.path, () => {
    const channels = dimAt(x, 1);
    const wide = cast(op, x, "float32");
    const square = add(op, reduceMean(op, mul(op, wide, wide), 1), scalar(op, NOTHING, "float32"));
    const gamma = weight(op, w, "gamma", [channels, ...Array<number>(ones).fill(1)], [channels, 1, 1]);
    return mul(op, cast(op, div(op, wide, sqrt(op, square)), op.float), gamma);
  });

/** What `result` makes of a norm's weight and bias, both [channels]. */
function affine(op: Graph, w: Weights, channels: number, result: (scale: Value, shift: Value) => Value): Value {
  const [scale, shift] = [weight(op, w, "weight", [channels]), weight(op, w, "bias", [channels])];
  return op.branchAt(w.path)?.(op, { kind: "norm", weight: scale, bias: shift, result }) ?? result(scale, shift);
}

/**
 * ids (int64) → [...ids, size]. Key: weight [count, size], of which a few rows are read: those alone are widened, where every
 * provider can look them up.
 */
export const embedding = (op: Graph, w: Weights, ids: Value, [count, size]: readonly [number, number]): Value =>
  op.scope(w.path, () => {
    const ref = w.get("weight", [count, size]);
    const table = ref.encoding ? decode(op, ref) : op.initializer(ref);
    const found = LOOKED_UP.has(table.type) ? gather(op, table, ids) : gather(op, cast(op, table, op.float), ids);
    return cast(op, found, op.float);
  });

const LOOKED_UP: ReadonlySet<Value["type"]> = new Set(["float32", "float16"]);

/**
 * Layers with weights. EVERY weighted operation of every network passes through here, keyed by the weights' path: this is
 * where element types are widened or narrowed, where matrices are quantised, where a dialect's lowering is chosen, where
 * branches (LoRA and its kin) join, and where a strip of a picture is normalised by the whole picture's moments. A layer
 * asks for each weight by name and by the shape that its input implies.
 */
import type { BranchedLayer, Graph, Value } from "./graph.ts";
import { affine, groupNormalization, narrowAffine, upsampledConvolution, widenNarrow } from "./lowerings.ts";
import { add, type Conv2dOptions, cast, conv, gather, layerNormalization, matMul, resizeNearest } from "./ops.ts";
import type { Weights } from "./weights.ts";

/** The tensor `name` of `dims` in the graph's float type, its bytes read as `as`. */
export function weight(op: Graph, w: Weights, name: string, dims: readonly number[], as = dims): Value {
  return cast(op, op.initializer(w.get(name, dims), as), op.float);
}

/** x [..., in] · weightᵀ, and the bias where there is one; `as`: the weight's dims in the file, where they are not [out, in]. */
function product(
  op: Graph,
  w: Weights,
  x: Value,
  { out, bias, as }: { readonly out: number; readonly bias: "added" | "none"; readonly as?: readonly number[] },
): Value {
  const dims = [out, x.dims.at(-1)!] as const;
  const quantized = op.quantizer(w.get("weight", as ?? dims), dims, "linear");
  const exact = quantized ? undefined : weight(op, w, "weight", as ?? dims, dims);
  const added = bias === "added" ? weight(op, w, "bias", [out]) : undefined;
  return exact ? affine(op, x, exact, added) : narrowAffine(op, x, quantized!, { dims, bias: added });
}

const branched = (op: Graph, w: Weights, x: Value, y: Value, layer: BranchedLayer): Value =>
  op.branchesAt(w.path).reduce((sum, branch) => add(op, sum, branch(op, x, layer)), y);

/** x [..., in] → [..., out]. Keys: weight [out, in], bias [out]. */
export const linear = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => {
    const y = product(op, w, x, { out, bias: "added" });
    return branched(op, w, x, y, { kind: "linear", out });
  });

/** x [..., in] → [..., out]. Key: weight [out, in]; or, x being [M, in], its transpose weight.T [in, out], as open_clip keeps its projection. */
export const linearNoBias = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => {
    const inner = x.dims.at(-1)!;
    const y = w.has("weight.T")
      ? matMul(op, x, weight(op, w, "weight.T", [inner, out]))
      : product(op, w, x, { out, bias: "none" });
    return branched(op, w, x, y, { kind: "linear", out });
  });

/** A 1×1 convolution over pixels that lie as rows: x [..., in] → [..., out]. Keys: weight [out, in, 1, 1], bias [out]. */
export const pointwise = (op: Graph, w: Weights, x: Value, out: number): Value =>
  op.scope(w.path, () => {
    const inner = x.dims.at(-1)!;
    const y = product(op, w, x, { out, bias: "added", as: [out, inner, 1, 1] });
    return branched(op, w, x, y, { kind: "linear", out });
  });

/** The weight of a convolution. */
function kernelsOf(op: Graph, w: Weights, dims: readonly [number, number, number, number]): Value {
  const [out, channels, height, width] = dims;
  const narrow = op.quantizer(w.get("weight", dims), [out, channels * height * width], "conv2d");
  return narrow ? widenNarrow(op, narrow, dims) : weight(op, w, "weight", dims);
}

/** x [B, in, H, W] → [B, out, H', W']. Keys: weight [out, in, kernel, kernel], bias [out]. */
export const conv2d = (
  op: Graph,
  w: Weights,
  x: Value,
  [out, kernel]: readonly [number, number],
  { stride = 1, padding = [0, 0, 0, 0] }: Conv2dOptions = {},
): Value =>
  op.scope(w.path, () => {
    const kernels = kernelsOf(op, w, [out, x.dims[1]!, kernel, kernel]);
    const y = conv(op, x, kernels, weight(op, w, "bias", [out]), { stride, padding });
    return branched(op, w, x, y, { kind: "conv2d", out, kernel, stride, padding });
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
    conv(op, x, kernelsOf(op, w, [out, x.dims[1]!, kernel, kernel]), undefined, { stride, padding }),
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
    const kernels = kernelsOf(op, w, [out, x.dims[1]!, 3, 3]);
    const y = upsampledConvolution(op, x, [kernels, weight(op, w, "bias", [out])], size);
    const layer = { kind: "conv2d", out, kernel: 3, stride: 1, padding: [1, 1, 1, 1] } as const;
    return op.branchesAt(w.path).length === 0 ? y : branched(op, w, resizeNearest(op, x, size), y, layer);
  });

/** Patches of a picture as rows: x [B, C, S, S] → [B, (S/patch)², out]. Key: weight [out, C, patch, patch]. */
export const patchesNoBias = (op: Graph, w: Weights, x: Value, [out, patch]: readonly [number, number]): Value =>
  op.scope(w.path, () =>
    conv(op, x, weight(op, w, "weight", [out, x.dims[1]!, patch, patch]), undefined, { stride: patch }),
  );

/** x [B, C, ...]. Keys: weight [C], bias [C]. */
export const groupNorm = (
  op: Graph,
  w: Weights,
  x: Value,
  norm: { readonly groups: number; readonly eps: number },
): Value =>
  op.scope(w.path, () => {
    const dims = [x.dims[1]!];
    const own = op.momentsAt(w.path, x, norm);
    return groupNormalization(op, own?.of ?? x, [weight(op, w, "weight", dims), weight(op, w, "bias", dims)], {
      ...norm,
      own,
    });
  });

/** x [..., D]. Keys: weight [D], bias [D]. */
export const layerNorm = (op: Graph, w: Weights, x: Value, eps: number): Value =>
  op.scope(w.path, () => {
    const dims = [x.dims.at(-1)!];
    return layerNormalization(op, x, weight(op, w, "weight", dims), weight(op, w, "bias", dims), eps);
  });

/**
 * ids (int64) → [...ids, size]. Key: weight [count, size], of which a few rows are read: those alone are widened, where every
 * provider can look them up.
 */
export const embedding = (op: Graph, w: Weights, ids: Value, [count, size]: readonly [number, number]): Value =>
  op.scope(w.path, () => {
    const table = op.initializer(w.get("weight", [count, size]));
    const found = LOOKED_UP.has(table.type) ? gather(op, table, ids) : gather(op, cast(op, table, op.float), ids);
    return cast(op, found, op.float);
  });

const LOOKED_UP: ReadonlySet<Value["type"]> = new Set(["float32", "float16"]);

/** Matrix products and convolutions. */
import { int, ints } from "../attributes.ts";
import { dimAt, fixedDims } from "../dim.ts";
import type { Graph, Value } from "../graph.ts";
import { floats } from "./elementwise.ts";
import { concat, slice } from "./shape.ts";

/** Rows and columns added around a picture, of what the dialect has beyond its edges: top, left, bottom, right. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

export interface Conv2dOptions {
  readonly stride?: number;
  readonly padding?: Padding;
  /** Channels in so many groups, each of which is convolved by itself. Default 1. */
  readonly groups?: number;
}

/** `before` and `after` of an axis' other end added at its ends. */
function around(op: Graph, x: Value, axis: number, [before, after]: readonly [number, number]): Value {
  const size = fixedDims(x.dims)[axis]!;
  if (Math.max(before, after) > size) op.fail(`Cannot add ${before} and ${after} to axis ${axis} of [${x.dims}]`);
  const ends = [
    ...(before > 0 ? [slice(op, x, axis, [size - before, size])] : []),
    x,
    ...(after > 0 ? [slice(op, x, axis, [0, after])] : []),
  ];
  return concat(op, ends, axis);
}

/** x [B, C, H, W] with what it is padded by besides zeros, and the zeros that are left. */
export function padded(op: Graph, x: Value, padding: Padding): readonly [Value, Padding] {
  const { edges = "zeros" } = op.dialect;
  if (edges === "zeros") return [x, padding];
  const [top, left, bottom, right] = padding;
  const wide = around(op, x, 3, [left, right]);
  return edges === "beside" ? [wide, [top, 0, bottom, 0]] : [around(op, wide, 2, [top, bottom]), [0, 0, 0, 0]];
}

/** picture [B, C, H, W] with kernel [O, C / groups, k, k] and bias [O] → [B, O, H', W']. */
export function conv(
  op: Graph,
  picture: Value,
  kernel: Value,
  bias: Value | undefined,
  { stride = 1, padding: wanted = [0, 0, 0, 0], groups = 1 }: Conv2dOptions = {},
): Value {
  const [x, padding] = padded(op, picture, wanted);
  const [b, c, h, w] = fixedDims(x.dims);
  const [out, channels, kh, kw] = fixedDims(kernel.dims);
  if (x.dims.length !== 4 || c !== channels! * groups) op.fail(`Cannot convolve [${x.dims}] with [${kernel.dims}]`);
  const [top, left, bottom, right] = padding;
  const along = (size: number, before: number, after: number, k: number) =>
    Math.floor((size + before + after - k) / stride) + 1;
  const dims = [b!, out!, along(h!, top, bottom, kh!), along(w!, left, right, kw!)];
  const attributes = { kernel_shape: ints([kh!, kw!]), strides: ints([stride, stride]), pads: ints(padding) };
  const grouped = groups === 1 ? attributes : { ...attributes, group: int(groups) };
  const added =
    bias ?? (op.dialect.biases === "always" ? floats(op, new Float32Array(out!), [out!], x.type) : undefined);
  return op.emit("Conv", [x, kernel, added], [{ type: x.type, dims }], grouped)[0]!;
}

/**
 * A convolution [O, C, k, k] of x [B, C, H, W] that keeps its size, whose taps are moved by `offsets` [B, 2·k·k, H, W] (down and to
 * the right, in turns) and weighed by `shares` [B, k·k, H, W]. Zhu et al. 2018, "Deformable ConvNets v2"; torchvision's deform_conv2d.
 */
export function deformedConv(op: Graph, x: Value, kernel: Value, { offsets, shares }: Deformation): Value {
  const [b, c, h, w] = fixedDims(x.dims);
  const [out, channels, kh, kw] = fixedDims(kernel.dims);
  if (c !== channels || dimAt(offsets, 1) !== 2 * kh! * kw! || dimAt(shares, 1) !== kh! * kw!)
    op.fail(
      `Cannot convolve [${x.dims}] with [${kernel.dims}] moved by [${offsets.dims}] and weighed by [${shares.dims}]`,
    );
  const margins = [(kh! - 1) / 2, (kw! - 1) / 2, (kh! - 1) / 2, (kw! - 1) / 2];
  const attributes = { kernel_shape: ints([kh!, kw!]), pads: ints(margins) };
  const result = { type: x.type, dims: [b!, out!, h!, w!] };
  return op.emit("DeformConv", [x, kernel, offsets, undefined, shares], [result], attributes)[0]!;
}

interface Deformation {
  readonly offsets: Value;
  readonly shares: Value;
}

/** a [..., M, K] · b [..., K, N] → [..., M, N]; leading dims must be equal. */
export function matMul(op: Graph, a: Value, b: Value): Value {
  const rank = a.dims.length;
  const lead = a.dims.slice(0, -2);
  if (b.dims.length !== rank || lead.some((d, i) => d !== b.dims[i]) || a.dims[rank - 1] !== b.dims[rank - 2])
    op.fail(`Cannot multiply [${a.dims}] by [${b.dims}]`);
  return op.emit("MatMul", [a, b], [{ type: a.type, dims: [...lead, a.dims[rank - 2]!, b.dims[rank - 1]!] }])[0]!;
}

/** a [B, M, K] · bᵀ [B, N, K], matrix by matrix → [B, M, N]. ONNX Runtime, FusedMatMul. */
export function batchedProduct(op: Graph, a: Value, b: Value): Value {
  const [[batch, m, k], [batch2, n, k2]] = [a.dims, b.dims];
  if (a.dims.length !== 3 || b.dims.length !== 3 || batch !== batch2 || k !== k2)
    op.fail(`Cannot multiply [${a.dims}] by the transposes of [${b.dims}]`);
  const result = [{ type: a.type, dims: [batch!, m!, n!] }];
  return op.emit("FusedMatMul", [a, b], result, { transB: int(1) }, { domain: "com.microsoft" })[0]!;
}

/** x [M, K] · weightᵀ [N, K], or weight [K, N] where it is "in-out", + bias (which broadcasts) → [M, N]. */
export function gemm(op: Graph, x: Value, weight: Value, bias?: Value, order: "out-in" | "in-out" = "out-in"): Value {
  const [m, k] = x.dims;
  const [n, k2] = order === "out-in" ? weight.dims : weight.dims.toReversed();
  if (x.dims.length !== 2 || k !== k2) op.fail(`Cannot multiply [${x.dims}] by the transpose of [${weight.dims}]`);
  const attributes = { transB: int(order === "out-in" ? 1 : 0) };
  return op.emit("Gemm", [x, weight, bias], [{ type: x.type, dims: [m!, n!] }], attributes)[0]!;
}

/**
 * sum [1, O, H, W] + x [1, C, H', W'] with kernels [O, C, h, w] → the dims of the sum, where it lies if nothing else reads it. ONNX Runtime,
 * FusedConv.
 */
export function convOnto(op: Graph, sum: Value, x: Value, kernels: Value): Value {
  const result = [{ type: sum.type, dims: sum.dims }];
  return op.emit("FusedConv", [x, kernels, undefined, sum], result, {}, { domain: "com.microsoft" })[0]!;
}

/** A matrix [N, K] of few bits, as MatMulNBits takes it. */
export interface NarrowFactor {
  /** uint8 [N, blocks, block · bits / 8], float [N · blocks] and uint8 [N, ⌈blocks · bits / 8⌉]. */
  readonly values: Value;
  readonly scales: Value;
  readonly zeros: Value;
  readonly dims: readonly [out: number, inner: number];
  readonly bits: number;
  readonly block: number;
}

/** x [M, K] · weightᵀ [N, K] → [M, N], in the precision of x: `accuracy_level` 4 would round x to 8 bits as well. */
export function matMulNBits(
  op: Graph,
  x: Value,
  { values, scales, zeros, dims: [n, k], bits, block }: NarrowFactor,
): Value {
  if (x.dims.length !== 2 || x.dims[1] !== k) op.fail(`Cannot multiply [${x.dims}] by the transpose of [${n},${k}]`);
  const attributes = { K: int(k), N: int(n), bits: int(bits), block_size: int(block), accuracy_level: int(0) };
  const result = [{ type: x.type, dims: [x.dims[0]!, n] }];
  return op.emit("MatMulNBits", [x, values, scales, zeros], result, attributes, { domain: "com.microsoft" })[0]!;
}

/** (values [N, K] − zeros [N]) · scales [N] → [N, K], row by row; values and zeros uint8, scales float. */
export function dequantizeRows(op: Graph, values: Value, scales: Value, zeros: Value): Value {
  const result = [{ type: scales.type, dims: values.dims }];
  return op.emit("DequantizeLinear", [values, scales, zeros], result, { axis: int(0) })[0]!;
}

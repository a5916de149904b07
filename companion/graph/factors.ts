/** What layers multiply by, as the file or the quantizer has it: this is where a matrix is narrow, or its numbers are whole. */
import type { BranchedPicture, BranchedRows } from "./branched.ts";
import { decode } from "./encodings.ts";
import type { Graph, Value } from "./graph.ts";
import {
  integerAffine,
  integerConvolution,
  integerDoubledConvolution,
  wholeRows,
  wholeRowsBy,
} from "./integer-lowerings.ts";
import { convolution, narrowAffine, upsampledConvolution, widenNarrow } from "./lowerings.ts";
import { type Conv2dOptions, gemm, transpose } from "./ops.ts";
import { isDoubled, PHASE_TAPS, PHASES, type Phase } from "./phases.ts";
import type { ChannelMatrix, NarrowMatrix } from "./quantize.ts";
import type { WeightRef, Weights } from "./weights.ts";

/** The tensor `name` of `dims` in the graph's float type, its bytes read as `as`. */
export function weight(op: Graph, w: Weights, name: string, dims: readonly number[], as = dims): Value {
  return decode(op, w.get(name, dims), as);
}

interface Factors {
  readonly dims: readonly [out: number, inner: number];
  /** The weight's in the file. */
  readonly as: readonly number[];
  /** [..., in] */
  readonly x: Value;
  /** The same as [M, in]. */
  readonly rows: Value;
}

/** As a branch is told of it. */
interface Matrix extends Pick<BranchedRows, "result" | "resultOf" | "wholeRowsBy"> {
  /** [out, in] */
  whole(): Value;
}

/** A layer's matrix [out, in], as the file or the quantizer has it. */
export function matrixOf(op: Graph, w: Weights, { dims, as, x, rows }: Factors): Matrix {
  const exactly = (exact: Value): Matrix => {
    const resultOf = (weight: Value, bias: Value | undefined) => gemm(op, rows, weight, bias);
    return { whole: () => exact, result: (bias) => resultOf(exact, bias), resultOf };
  };
  if (w.has("weight.T")) return exactly(transpose(op, weight(op, w, "weight.T", dims.toReversed()), [1, 0]));
  const ref = w.get("weight", as);
  const narrow = op.quantizer(ref, dims, { path: w.path, kind: "linear" });
  if (narrow) return { whole: () => wholeOf(op, ref, dims), ...narrowWays(op, narrow, { dims, x, rows }) };
  return exactly(weight(op, w, "weight", as, dims));
}

function narrowWays(op: Graph, narrow: NarrowMatrix, { dims, x, rows }: Omit<Factors, "as">): Omit<Matrix, "whole"> {
  if (narrow.kind !== "channels") {
    const times = narrowAffine(op, narrow, dims);
    return { result: (bias) => times(rows, bias) };
  }
  const result = (bias: Value | undefined) => integerAffine(op, narrow, x, bias);
  if (narrow.rotation !== undefined) return { result };
  return { result, wholeRowsBy: (values, scales) => wholeRowsBy(op, wholeRows(op, x))(values, scales) };
}

/** Weights that are multiplied by in their narrow form. */
const wholeOf = (op: Graph, ref: WeightRef, dims: readonly number[]): Value =>
  ref.encoding ? decode(op, ref, dims) : op.initializer(ref, dims);

/** What becomes of a convolution's rows of whole numbers. */
export type Join = Parameters<NonNullable<BranchedPicture["joinedRows"]>>[0];

interface Kernels {
  /** Whether they are whole numbers, of whose products rows can be joined. */
  readonly areWhole: boolean;
  /** [out, in, kernel, kernel] */
  whole(): Value;
  convolve(x: Value, bias: Value | undefined, options: Conv2dOptions & { readonly join?: Join }): Value;
  /** x resized to `size` by nearest neighbour, then convolved, the dialect's edges around. */
  convolveResized(x: Value, bias: Value, size: readonly [number, number]): Value;
}

/** The kernels of a convolution, as the file or the quantizer has them. */
export function kernelsOf(op: Graph, w: Weights, dims: readonly [number, number, number, number]): Kernels {
  const [out, channels, kernel, width] = dims;
  const ref = w.get("weight", dims);
  const layer = { path: w.path, kind: "conv2d" } as const;
  const narrow = op.quantizer(ref, [out, channels * kernel * width], layer);
  if (narrow?.kind === "channels") {
    const ofPhase = (phase: Phase): ChannelMatrix => {
      const matrix = op.quantizer(ref, [out, channels * PHASE_TAPS], { ...layer, phase });
      return matrix?.kind === "channels" ? matrix : op.fail(`No kernels of phase ${phase} in whole numbers`);
    };
    return {
      areWhole: true,
      whole: () => wholeOf(op, ref, dims),
      convolve: (x, bias, options) => integerConvolution(op, narrow, x, bias, { ...options, kernel }),
      convolveResized: (x, bias, size) =>
        isDoubled(x.dims, size)
          ? integerDoubledConvolution(op, PHASES.map(ofPhase), x, bias)
          : integerConvolution(op, narrow, x, bias, { kernel, padding: [1, 1, 1, 1], resized: size }),
    };
  }
  const kernels = narrow ? widenNarrow(op, narrow, dims) : weight(op, w, "weight", dims);
  return {
    areWhole: false,
    whole: () => kernels,
    convolve: (x, bias, options) => convolution(op, x, [kernels, bias], options),
    convolveResized: (x, bias, size) => upsampledConvolution(op, x, [kernels, bias], size),
  };
}

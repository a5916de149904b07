/** Group norms, as the dialect has them: channels in groups, each to mean 0 and variance 1, then scaled and shifted. Wu & He 2018. */
import { elementCount } from "../tensor.ts";
import { fixedDims } from "./dim.ts";
import type { Graph, Moments, Value } from "./graph.ts";
import {
  add,
  cast,
  div,
  floats,
  type GroupNormOptions,
  groupNorm,
  instanceNormalization,
  mul,
  reduceMean,
  reduceSumSquare,
  relu,
  reshape,
  scalar,
  sqrt,
  sub,
  transpose,
} from "./ops.ts";

/** x [B, C, ...], scale and shift [C] → the same dims. `own`: moments to use instead of x's. */
export function groupNormalization(
  op: Graph,
  x: Value,
  [scale, shift]: readonly [Value, Value],
  { own, ...norm }: GroupNormOptions & { readonly own?: Moments },
): Value {
  const channels = fixedDims(x.dims)[1]!;
  const perGroup = channels / norm.groups;
  if (!Number.isInteger(perGroup)) op.fail(`Cannot divide ${channels} channels into ${norm.groups} groups`);
  if (own || x.dims.length !== 4) return composed(op, x, [scale, shift], { ...norm, own });
  if (op.dialect.groupNorms === "fused" && isFusible(perGroup))
    return groupNorm(op, x, [cast(op, scale, "float32"), cast(op, shift, "float32")], norm);
  if (op.dialect.channelsLast === "by-rows") return byMoments(op, x, [scale, shift], { ...norm, lies: "last" });
  if (elementCount(fixedDims(x.dims).slice(1)) > norm.groups * op.dialect.longestNorm)
    return byMoments(op, x, [scale, shift], { ...norm, lies: "first" });
  return composed(op, x, [scale, shift], norm);
}

/** CUDA's kernel reads two channels at once, and those of a group in one block of 512. ONNX Runtime, group_norm_common_base.h. */
const isFusible = (perGroup: number): boolean => perGroup % 2 === 0 && perGroup <= 512;

/** Of what every provider has. */
function composed(
  op: Graph,
  x: Value,
  [scale, shift]: readonly [Value, Value],
  { groups, eps, own }: GroupNormOptions & { readonly own?: Moments | undefined },
): Value {
  const [batch, channels] = fixedDims(x.dims) as [number, number];
  const filled = (value: number) => floats(op, new Float32Array(groups).fill(value), [groups]);
  const rows = reshape(op, x, [batch, groups, -1]);
  const grouped = own
    ? mul(op, add(op, rows, own.shift), own.scale)
    : instanceNormalization(op, rows, filled(1), filled(0), eps);
  const perChannel = [channels, ...x.dims.slice(2).map(() => 1)];
  const normal = reshape(op, grouped, x.dims);
  return add(op, mul(op, normal, reshape(op, scale, perChannel)), reshape(op, shift, perChannel));
}

/**
 * Of a picture [B, C, H, W] by each channel's own moments: a group's variance is the mean of its channels', and of the squares of how far
 * their means are from the group's (Chan, Golub & LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances", equation 2.1). Sums are taken along rows and then along columns.
 */
function byMoments(
  op: Graph,
  x: Value,
  [scale, shift]: readonly [Value, Value],
  { groups, eps, lies }: GroupNormOptions & { readonly lies: "first" | "last" },
): Value {
  const [batch, channels, , width] = fixedDims(x.dims) as [number, number, number, number];
  const [pixels, rows, columns, perChannel] =
    lies === "last"
      ? ([transpose(op, x, [0, 2, 3, 1]), 1, 2, [batch, 1, 1, channels]] as const)
      : ([x, 2, 3, [batch, channels, 1, 1]] as const);
  const grouped = (value: Value) => reshape(op, value, [-1, groups, channels / groups]);
  const means = grouped(reduceMean(op, reduceMean(op, pixels, columns), rows));
  const sums = grouped(reduceMean(op, reduceSumSquare(op, pixels, columns), rows));
  const squares = mul(op, sums, scalar(op, 1 / width));
  const mean = reduceMean(op, means, 2); // [B, G, 1]
  const apart = sub(op, means, mean);
  const own = sub(op, squares, mul(op, means, means));
  // Of numbers that are all alike rounding may leave less than nothing.
  const variance = relu(op, reduceMean(op, add(op, own, mul(op, apart, apart)), 2));
  const factor = div(op, grouped(scale), sqrt(op, add(op, variance, scalar(op, eps))));
  const offset = sub(op, grouped(shift), mul(op, mean, factor));
  const normal = add(op, mul(op, pixels, reshape(op, factor, perChannel)), reshape(op, offset, perChannel));
  return lies === "last" ? transpose(op, normal, [0, 3, 1, 2]) : normal;
}

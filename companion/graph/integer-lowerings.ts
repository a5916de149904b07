/**
 * Layers in whole numbers of 8 bits: what comes in is rounded to 256 levels between its least and its greatest number, found as
 * the network runs, and multiplied by weights that were rounded before. The sums are exact, and the result is float32: it
 * needs no range of its own, so that nothing has to be known of it beforehand.
 *
 * Where a matrix says so, what comes in is rotated before, in small groups, and each row is rounded by its own largest number: of
 * a transformer's rows a few numbers are many times as large as all others, and would take their levels. Turned by H, which the
 * matrix was turned by as well, they are spread over their group. Ashkboos et al. 2024, "QuaRot: Outlier-Free 4-Bit Inference in
 * Rotated LLMs", section 3; for 8 bits as ConvRot of ComfyUI has it (hadamard.ts).
 *
 * A convolution is a product, too: each place's window is gathered into a row, at a quarter of the bytes that float32 would
 * take. Chellapilla et al. 2006, "High Performance Convolutional Neural Networks for Document Processing", section 2.
 */
import { fromCells } from "./cells.ts";
import { fixedDims } from "./dim.ts";
import type { Graph, Value, WholeRowsBy } from "./graph.ts";
import { inParts, rowsOfEach } from "./in-parts.ts";
import { rotatedRows } from "./lowerings.ts";
import {
  abs,
  add,
  concat,
  div,
  dynamicQuantize,
  expand,
  gather,
  integerProduct,
  mul,
  type Quantized,
  quantizeLinear,
  reduceMax,
  reshape,
  scalar,
  transpose,
} from "./ops.ts";
import { PHASES, phasePadding } from "./phases.ts";
import type { ChannelMatrix } from "./quantize.ts";
import { type WindowOptions, windowsOn } from "./windows.ts";

/** x [..., K] · matrix + bias, which broadcasts to the result → [M, N]. */
export function integerAffine(op: Graph, matrix: ChannelMatrix, x: Value, bias: Value | undefined): Value {
  if (matrix.rotation !== undefined) return turnedAffine(op, matrix, x, { rotation: matrix.rotation, bias });
  return product(op, wholeRows(op, x), matrix, bias);
}

/** What such a layer without rotation reads of x [..., K], [M, K]. */
export const wholeRows = (op: Graph, x: Value): Quantized =>
  op.once(`whole rows of ${x.name}`, () => {
    const { values, ...rest } = quantized(op, x);
    return { ...rest, values: reshape(op, values, [-1, x.dims.at(-1)!]) };
  });

/** Of what is rounded by rows: 0 is in the middle. */
const MIDDLE = 128;
const MOST = 127;
/** Is added to a row's largest number, so that nothing is divided by 0. */
const NOTHING = 1e-30;

/** The same, of rows that are turned and rounded each by itself. */
function turnedAffine(
  op: Graph,
  matrix: ChannelMatrix,
  x: Value,
  { rotation, bias }: { readonly rotation: number; readonly bias: Value | undefined },
): Value {
  const { rows, ranges } = op.once(`turned ${rotation} ${x.name}`, () => {
    const turned = rotatedRows(op, reshape(op, x, [-1, x.dims.at(-1)!]), rotation);
    const largest = add(op, reduceMax(op, abs(op, turned)), scalar(op, NOTHING));
    const ranges = mul(op, largest, scalar(op, 1 / MOST));
    const zero = op.constant({ type: "uint8", dims: [], data: Uint8Array.of(MIDDLE) });
    return { rows: quantizeLinear(op, div(op, turned, ranges), { scale: scalar(op, 1), zero }), ranges };
  });
  const result = mul(op, product(op, rows, matrix, undefined), ranges);
  return bias ? add(op, result, bias) : result;
}

/** x [B, C, H, W], resized where the options say so, convolved with kernels, + bias [O] → [B, O, H', W']. */
export function integerConvolution(
  op: Graph,
  matrix: ChannelMatrix,
  x: Value,
  bias: Value | undefined,
  options: IntegerWindowOptions,
): Value {
  return transpose(op, convolvedPixels(op, matrix, x, bias, options), [0, 3, 1, 2]);
}

interface IntegerWindowOptions extends WindowOptions {
  /** What becomes of some places' rows [M, O], which come from these windows. Absent: nothing. */
  readonly join?: ((rows: Value, windowsBy: WholeRowsBy) => Value) | undefined;
}

/** What multiplies rows of whole numbers. */
export const wholeRowsBy =
  (op: Graph, rows: Quantized): WholeRowsBy =>
  (values, scales) =>
    integerProduct(op, rows, { values, scales }, undefined);

/** x [B, C, H, W], doubled by nearest neighbour, convolved with 3×3 kernels, given by phases (phases.ts), + bias [O] → [B, O, 2H, 2W]. */
export function integerDoubledConvolution(
  op: Graph,
  matrices: readonly ChannelMatrix[],
  x: Value,
  bias: Value | undefined,
): Value {
  const phases = PHASES.map((phase) => {
    const options = { kernel: 2, padding: phasePadding(phase) } as const;
    return convolvedPixels(op, matrices[phase]!, x, bias, options);
  });
  const [batch, down, across, channels] = fixedDims(phases[0]!.dims) as [number, number, number, number];
  const whole = fromCells(op, concat(op, phases, 0), { side: 2, batch, down, across, channels });
  return transpose(op, whole, [0, 3, 1, 2]);
}

/** The result's pixels [B, H', W', O]. */
function convolvedPixels(
  op: Graph,
  matrix: ChannelMatrix,
  x: Value,
  bias: Value | undefined,
  { join = (rows) => rows, ...options }: IntegerWindowOptions,
): Value {
  const [batch, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  const pixels = op.once(`pixels of ${x.name}`, () => {
    const { values, ...rest } = quantized(op, x);
    return { ...rest, values: reshape(op, transpose(op, values, [0, 2, 3, 1]), [-1, channels]) };
  });
  const multiplied = (values: Value) => {
    const some = { ...pixels, values };
    return join(product(op, some, matrix, bias), wholeRowsBy(op, some));
  };
  const { size, places, each } = gathering(op, [batch, channels, height, width], options);
  const whole = places && withOutside(op, pixels);
  const rows = whole
    ? inParts(op, places, each, (some) => multiplied(reshape(op, gather(op, whole, some), [some.dims[0]!, -1])))
    : multiplied(pixels.values);
  return reshape(op, rows, [batch, ...size, rows.dims[1]!]);
}

/** Pixels [M, C], and one more, which stands for all that lies outside. */
const withOutside = (op: Graph, { values, zero }: Quantized): Value =>
  op.once(`pixels and one outside of ${values.name}`, () =>
    concat(op, [values, expand(op, reshape(op, zero, [1, 1]), [1, values.dims[1] as number])], 0),
  );

/** Found once, however many layers read it. */
const quantized = (op: Graph, x: Value): Quantized => op.once(`quantized ${x.name}`, () => dynamicQuantize(op, x));

function product(op: Graph, x: Quantized, { values, scales }: ChannelMatrix, bias: Value | undefined): Value {
  const factor = { values: op.initializer(values), scales: op.initializer(scales) };
  const perColumn = bias?.dims.length === 1 && bias.dims[0] === values.dims[1];
  const rows = integerProduct(op, x, factor, perColumn ? bias : undefined);
  return bias && !perColumn ? add(op, rows, bias) : rows;
}

/** Bytes of rows that are gathered at once: they stay in the processor's caches. Measured. */
const GATHERED = 2 ** 22;
/** At the most so many products for one layer. */
const MOST_PARTS = 32;

/** The result's size, and the windows' pixels [M, taps], `each` rows of them at a time; none where each place sees its own pixel alone. */
function gathering(
  op: Graph,
  [batch, channels, ...picture]: readonly [batch: number, channels: number, height: number, width: number],
  options: WindowOptions,
): { readonly size: readonly [number, number]; readonly places?: Value; readonly each: number } {
  const { size, places, trivial } = windowsOn([batch, ...picture], { ...options, edges: op.dialect.edges });
  if (trivial) return { size, each: Number.POSITIVE_INFINITY };
  const taps = options.kernel ** 2;
  const count = batch * size[0] * size[1];
  const each = rowsOfEach(count, Math.min(Math.ceil((count * taps * channels) / GATHERED), MOST_PARTS));
  const { kernel, stride, padding, resized } = options;
  const key = `places ${JSON.stringify([batch, picture, kernel, stride, padding, resized])}`;
  const all = op.once(key, () => op.constant({ type: "int32", dims: [count, taps], data: places() }));
  return { size, places: all, each };
}

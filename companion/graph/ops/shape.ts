/** Operators that move elements and change none. */
import { elementCount } from "../../tensor.ts";
import { int, ints, string } from "../attributes.ts";
import { type Dim, dimAt, fixedDims, isFixed, productOf, quotientOf, sumOf } from "../dim.ts";
import type { Graph, Value } from "../graph.ts";
import { readAs } from "../reading.ts";

/** Index lists, as ONNX wants them: int64, rank 1. */
export const indices = (op: Graph, values: readonly (number | bigint)[]): Value =>
  op.constant({ type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) });

/**
 * The same elements in order, read as `dims`; one dim may be -1. Symbols stay at their axis, or there is only one. Of weights it is no
 * node: their bytes are read so.
 */
export function reshape(op: Graph, x: Value, dims: readonly Dim[]): Value {
  const full = dims.includes(-1) ? withoutRest(op, x, dims) : dims;
  if (countOf(op, full) !== countOf(op, x.dims) || full.some((d) => isFixed(d) && !Number.isInteger(d)))
    op.fail(`Cannot read [${x.dims}] as [${dims}]`);
  if (full.length === x.dims.length && full.every((d, i) => d === x.dims[i])) return x;
  if (full.every(isFixed) && x.dims.every(isFixed)) return readAs(op, x, full) ?? viewAs(op, bases.get(x) ?? x, full);
  // 0: as the input has it at that axis. -1: what is left.
  const wanted = full.map((d, i) => (isFixed(d) ? d : d === x.dims[i] ? 0 : -1));
  if (wanted.filter((d) => d === -1).length > 1) op.fail(`Cannot read [${x.dims}] as [${dims}]`);
  return op.emit("Reshape", [x, indices(op, wanted)], [{ type: x.type, dims: full }])[0]!;
}

/** Of views, what they are of. */
const bases = new WeakMap<Value, Value>();

/** One node for all who read `base` as `dims`, and none where those are its own. */
function viewAs(op: Graph, base: Value, dims: readonly number[]): Value {
  if (dims.length === base.dims.length && dims.every((d, i) => d === base.dims[i])) return base;
  return op.once(`${base.name} as [${dims}]`, () => {
    const [view] = op.emit("Reshape", [base, indices(op, dims)], [{ type: base.type, dims }]);
    bases.set(view!, base);
    return view!;
  });
}

/** `dims` with a number or a symbol where -1 is. */
function withoutRest(op: Graph, x: Value, dims: readonly Dim[]): readonly Dim[] {
  const others = dims.filter((d) => d !== -1);
  const rest = others.length < dims.length - 1 ? undefined : quotientOf(countOf(op, x.dims), countOf(op, others));
  return rest === undefined ? op.fail(`Cannot read [${x.dims}] as [${dims}]`) : dims.map((d) => (d === -1 ? rest : d));
}

function countOf(op: Graph, dims: readonly Dim[]): Dim {
  try {
    return productOf(dims);
  } catch (error) {
    return op.fail((error as RangeError).message);
  }
}

/** The same elements in order, read as `dims`, of which -1 is what it is when the graph runs. */
export function reshapeFree(op: Graph, x: Value, dims: readonly number[]): Value {
  const free = elementCount(fixedDims(x.dims)) / -elementCount(dims);
  if (!Number.isInteger(free)) op.fail(`Cannot read [${x.dims}] as [${dims}]`);
  const least = dims.map((d) => (d === -1 ? free : d));
  return op.emit("Reshape", [x, indices(op, dims)], [{ type: x.type, dims: least }])[0]!;
}

/** x with `count` more dims of 1 at its end. */
export function unsqueezed(op: Graph, x: Value, count: number): Value {
  if (count === 0) return x;
  const axes = Array.from({ length: count }, (_, i) => x.dims.length + i);
  const dims = [...x.dims, ...axes.map(() => 1)];
  return op.emit("Unsqueeze", [x, indices(op, axes)], [{ type: x.type, dims }])[0]!;
}

export function transpose(op: Graph, x: Value, order: readonly number[]): Value {
  if ([...order].sort((a, b) => a - b).join() !== x.dims.map((_, i) => i).join())
    op.fail(`Cannot transpose [${x.dims}] by [${order}]`);
  return op.emit("Transpose", [x], [{ type: x.type, dims: order.map((i) => x.dims[i]!) }], { perm: ints(order) })[0]!;
}

export function concat(op: Graph, values: readonly Value[], axis: number): Value {
  if (values.length === 1) return values[0]!;
  const first = values[0]!;
  const same = (v: Value) =>
    v.type === first.type &&
    v.dims.length === first.dims.length &&
    v.dims.every((d, i) => i === axis || d === first.dims[i]);
  if (!values.every(same)) op.fail(`Cannot join ${values.map((v) => `[${v.dims}]`).join(" and ")} along axis ${axis}`);
  const dims = first.dims.map((d, i) => (i === axis ? sumOf(...values.map((v) => v.dims[i]!)) : d));
  return op.emit("Concat", values, [{ type: first.type, dims }], { axis: int(axis) })[0]!;
}

/** The end of an axis, whatever its size: int64's largest number. */
const TO_THE_END = 2n ** 63n - 1n;

/** Elements start … end-1 along `axis`; of an axis with a symbol, `end` must be its size. All of them is no node. */
export function slice(op: Graph, x: Value, axis: number, [start, end]: readonly [number, Dim]): Value {
  const size = x.dims[axis] ?? 0;
  const isWrong = isFixed(end) && isFixed(size) ? end > size || start >= end : end !== size && !isFixed(end);
  if (start < 0 || isWrong) op.fail(`Cannot take ${start} … ${end} of axis ${axis} of [${x.dims}]`);
  if (start === 0 && end === size) return x;
  const dims = x.dims.map((d, i) => (i === axis ? sumOf(end, -start) : d));
  const inputs = [x, indices(op, [start]), indices(op, [isFixed(end) ? end : TO_THE_END]), indices(op, [axis])];
  return op.emit("Slice", inputs, [{ type: x.type, dims }])[0]!;
}

/**
 * x [...] → [1, ...], and what is computed of it is computed in each run: what depends on weights alone ONNX Runtime would compute once,
 * and keep. It does not take what gains a dim (com.microsoft's ExpandDims) for such.
 */
export const inEachRun = (op: Graph, x: Value): Value =>
  op.once(`${x.name} in each run`, () => {
    const axis = op.constant({ type: "int32", dims: [], data: Int32Array.of(0) });
    const result = [{ type: x.type, dims: [1, ...x.dims] }];
    return op.emit("ExpandDims", [x, axis], result, {}, { domain: "com.microsoft" })[0]!;
  });

/** Elements start … end-1 of the first axis, cut out in each run, of weights as well. */
export function cutInEachRun(op: Graph, x: Value, [start, end]: readonly [number, number]): Value {
  if (start < 0 || start >= end || end > dimAt(x, 0)) op.fail(`Cannot take ${start} … ${end} of [${x.dims}]`);
  const from = inEachRun(op, op.constant({ type: "int64", dims: [], data: BigInt64Array.of(BigInt(start)) }));
  const dims = [end - start, ...x.dims.slice(1)];
  return op.emit("Slice", [x, from, indices(op, [end]), indices(op, [0])], [{ type: x.type, dims }])[0]!;
}

/** `count` elements along `axis`, from `start` on, `step` apart. */
export function stride(
  op: Graph,
  x: Value,
  axis: number,
  [start, count, step]: readonly [start: number, count: number, step: number],
): Value {
  const end = start + (count - 1) * step + 1;
  if (step === 1) return slice(op, x, axis, [start, end]);
  if (start < 0 || end > dimAt(x, axis)) op.fail(`Cannot take ${start} … ${end} of axis ${axis} of [${x.dims}]`);
  const dims = x.dims.map((d, i) => (i === axis ? count : d));
  const inputs = [x, ...[start, end, axis, step].map((n) => indices(op, [n]))];
  return op.emit("Slice", inputs, [{ type: x.type, dims }])[0]!;
}

/** `parts` equal pieces along `axis`. */
export function split(op: Graph, x: Value, parts: number, axis: number): Value[] {
  const size = dimAt(x, axis);
  if (size % parts !== 0) op.fail(`Cannot split axis ${axis} of [${x.dims}] into ${parts}`);
  const dims = x.dims.map((d, i) => (i === axis ? size / parts : d));
  const results = Array.from({ length: parts }, () => ({ type: x.type, dims }));
  return op.emit("Split", [x], results, { axis: int(axis), num_outputs: int(parts) });
}

/** Repeats what is 1 long up to `dims`. */
export function expand(op: Graph, x: Value, dims: readonly number[]): Value {
  if (x.dims.length !== dims.length || x.dims.some((d, i) => d !== 1 && d !== dims[i]))
    op.fail(`Cannot expand [${x.dims}] to [${dims}]`);
  if (x.dims.every((d, i) => d === dims[i])) return x;
  return op.emit("Expand", [x, indices(op, dims)], [{ type: x.type, dims }])[0]!;
}

/** Zeros around: as many before and after each axis of x as said. */
export function pad(op: Graph, x: Value, before: readonly number[], after: readonly number[]): Value {
  if ([...before, ...after].every((n) => n === 0)) return x;
  const dims = x.dims.map((d, i) => sumOf(d, before[i]! + after[i]!));
  const inputs = [x, indices(op, [...before, ...after])];
  return op.emit("Pad", inputs, [{ type: x.type, dims }], { mode: string("constant") })[0]!;
}

/** What lies at `ids` (int64 or int32) along `axis` of x: rows of a table [N, D] by ids of any dims → [...ids, D]. */
export function gather(op: Graph, x: Value, ids: Value, axis = 0): Value {
  const dims = [...x.dims.slice(0, axis), ...ids.dims, ...x.dims.slice(axis + 1)];
  return op.emit("Gather", [x, ids], [{ type: x.type, dims }], { axis: int(axis) })[0]!;
}

/** x [B, C, H, W] → [B, C, height, width]: pixel i is pixel ⌊i · H / height⌋, as in torch's "nearest". */
export function resizeNearest(op: Graph, x: Value, [height, width]: readonly [number, number]): Value {
  const [b, c] = fixedDims(x.dims) as [number, number];
  const attributes = {
    mode: string("nearest"),
    coordinate_transformation_mode: string("asymmetric"),
    nearest_mode: string("floor"),
  };
  const dims = [b, c, height, width];
  return op.emit("Resize", [x, undefined, undefined, indices(op, dims)], [{ type: x.type, dims }], attributes)[0]!;
}

/** x [B, C, H, W] → [B, C, height, width], linear between pixels, corners on corners: torch's "bilinear" with align_corners. */
export function resizeLinear(op: Graph, x: Value, [height, width]: readonly [number, number]): Value {
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  if (h === height && w === width) return x;
  const attributes = { mode: string("linear"), coordinate_transformation_mode: string("align_corners") };
  const dims = [b, c, height, width];
  return op.emit("Resize", [x, undefined, undefined, indices(op, dims)], [{ type: x.type, dims }], attributes)[0]!;
}

/** x [B, n·n·C, H, W] → [B, C, n·H, n·W]: channel (i·n + j)·C + c becomes row i and column j of each n×n cell. */
export function depthToSpace(op: Graph, x: Value, n: number): Value {
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  if (c % (n * n) !== 0) op.fail(`Cannot divide ${c} channels by ${n * n}`);
  const dims = [b, c / (n * n), n * h, n * w];
  return op.emit("DepthToSpace", [x], [{ type: x.type, dims }], { blocksize: int(n), mode: string("DCR") })[0]!;
}

/** x [B, C·n·n, H, W] → [B, C, n·H, n·W]: torch's pixel_shuffle, whose channel c·n·n + i·n + j becomes row i, column j. */
export function pixelShuffle(op: Graph, x: Value, n: number): Value {
  if (n === 1) return x;
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  if (c % (n * n) !== 0) op.fail(`Cannot divide ${c} channels by ${n * n}`);
  const dims = [b, c / (n * n), n * h, n * w];
  return op.emit("DepthToSpace", [x], [{ type: x.type, dims }], { blocksize: int(n), mode: string("CRD") })[0]!;
}

/** The other way round: torch's pixel_unshuffle. */
export function pixelUnshuffle(op: Graph, x: Value, n: number): Value {
  if (n === 1) return x;
  const [b, c, h, w] = fixedDims(x.dims) as [number, number, number, number];
  const cells = transpose(op, reshape(op, x, [b, c, h / n, n, w / n, n]), [0, 1, 3, 5, 2, 4]);
  return reshape(op, cells, [b, c * n * n, h / n, w / n]);
}

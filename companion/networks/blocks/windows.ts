/**
 * Windows of a picture's rows of channels, shifted or not, and where their pixels lie to one another. Liu et al. 2021, "Swin
 * Transformer", section 3.2; windows need not be square. Source: spandrel 0.4.2, architectures/DAT/__arch/DAT.py.
 */
import { dimAt, fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { concat, floats, reshape, slice, transpose } from "../../graph/ops.ts";

/** Rows and columns. */
export type Window = readonly [rows: number, columns: number];

/** x [H, W, C], whose sides are multiples of the window's → [windows, heads, rows · columns, C / heads]. */
export function intoWindows(op: Graph, x: Value, [rows, columns]: Window, heads: number): Value {
  const [height, width, channels] = fixedDims(x.dims) as [number, number, number];
  const cells = [height / rows, rows, width / columns, columns, heads, channels / heads];
  const perWindow = transpose(op, reshape(op, x, cells), [0, 2, 4, 1, 3, 5]);
  return reshape(op, perWindow, [cells[0]! * cells[2]!, heads, rows * columns, channels / heads]);
}

/** The other way round. */
export function outOfWindows(op: Graph, x: Value, [rows, columns]: Window, [height, width]: readonly [number, number]) {
  const [heads, size] = [dimAt(x, 1), dimAt(x, 3)];
  const cells = reshape(op, x, [height / rows, width / columns, heads, rows, columns, size]);
  return reshape(op, transpose(op, cells, [0, 3, 1, 4, 2, 5]), [height, width, heads * size]);
}

/** By how far windows are shifted: half of them. */
export const halfOf = ([rows, columns]: Window): Window => [Math.floor(rows / 2), Math.floor(columns / 2)];

/** x [H, W, C] with what lies before `by` at the end, as torch.roll(x, (-rows, -columns)). */
export const rolled = (op: Graph, x: Value, by: Window): Value =>
  by.reduce((value, start, axis) => {
    if (start === 0) return value;
    const size = dimAt(value, axis);
    return concat(op, [slice(op, value, axis, [start, size]), slice(op, value, axis, [0, start])], axis);
  }, x);

/** Rolled back. */
export const unrolled = (op: Graph, x: Value, by: Window): Value =>
  rolled(op, x, [(dimAt(x, 0) - by[0]) % dimAt(x, 0), (dimAt(x, 1) - by[1]) % dimAt(x, 1)]);

/** What hides pixels of one window from each other that a roll brought together. */
const HIDDEN = -100;

/** [windows, 1, pixels, pixels]: to be added to the scores of a picture that was rolled by half a window. */
export function rollMask(op: Graph, [height, width]: readonly [number, number], window: Window): Value {
  const [rows, columns] = window;
  const [down, right] = halfOf(window);
  const region = (at: number, size: number, side: number, shift: number) =>
    at < size - side ? 0 : at < size - shift || shift === 0 ? 1 : 2;
  const [across, pixels] = [width / columns, rows * columns];
  const count = (height / rows) * across;
  const data = new Float32Array(count * pixels * pixels);
  for (let k = 0, i = 0; k < count; k++) {
    const ids = Array.from({ length: pixels }, (_, p) => {
      const y = Math.floor(k / across) * rows + Math.floor(p / columns);
      const x = (k % across) * columns + (p % columns);
      return 3 * region(y, height, rows, down) + region(x, width, columns, right);
    });
    for (const a of ids) for (const b of ids) data[i++] = a === b ? 0 : HIDDEN;
  }
  return floats(op, data, [count, 1, pixels, pixels]);
}

/** Every distance that two pixels of a window can have, as [rows, columns], in the order of `distanceIndices`. */
export function distances([rows, columns]: Window): Float32Array {
  const [high, wide] = [2 * rows - 1, 2 * columns - 1];
  return Float32Array.from({ length: 2 * high * wide }, (_, i) => {
    const k = i >> 1;
    return i % 2 === 0 ? Math.floor(k / wide) - rows + 1 : (k % wide) - columns + 1;
  });
}

/** [pixels, pixels]: which of them each two have. */
export function distanceIndices([rows, columns]: Window): BigInt64Array {
  const pixels = rows * columns;
  return BigInt64Array.from({ length: pixels * pixels }, (_, i) => {
    const [a, b] = [Math.floor(i / pixels), i % pixels];
    const down = Math.floor(a / columns) - Math.floor(b / columns) + rows - 1;
    return BigInt(down * (2 * columns - 1) + (a % columns) - (b % columns) + columns - 1);
  });
}

import type { Size } from "../../shared/geometry.ts";

/** Means over squares of `side` pixels, the picture's edges repeated; an even one reaches further down and to the right. */
export function blurred(values: Float32Array, { width, height }: Size, side: number): Float32Array {
  const before = Math.ceil(side / 2) - 1;
  const out = new Float32Array(values.length);
  const line = (from: Float32Array, [start, step, length]: readonly [number, number, number]) => {
    const at = (k: number) => from[start + step * Math.min(length - 1, Math.max(0, k))]!;
    let sum = 0;
    for (let k = -before; k < side - before; k++) sum += at(k);
    for (let k = 0; k < length; k++) {
      out[start + step * k] = sum / side;
      sum += at(k + side - before) - at(k - before);
    }
  };
  for (let y = 0; y < height; y++) line(values, [y * width, 1, width]);
  const rows = out.slice();
  for (let x = 0; x < width; x++) line(rows, [x, width, height]);
  return out;
}

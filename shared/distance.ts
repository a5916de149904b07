import type { Size } from "./geometry.ts";

/**
 * Squared Euclidean distance of every place of a grid to the nearest site, row-major; infinite where there is no site.
 *
 * Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012), algorithm 1 along columns, then rows.
 */
export function squaredDistances({ width, height }: Size, isSite: (x: number, y: number) => boolean): Float64Array {
  const grid = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) grid[i] = isSite(x, y) ? 0 : Number.POSITIVE_INFINITY;
  const longest = Math.max(width, height);
  const envelope = {
    f: new Float64Array(longest),
    vertices: new Int32Array(longest),
    borders: new Float64Array(longest + 1),
  };
  for (let x = 0; x < width; x++) distanceLine(grid, { start: x, step: width, length: height }, envelope);
  for (let y = 0; y < height; y++) distanceLine(grid, { start: y * width, step: 1, length: width }, envelope);
  return grid;
}

interface Envelope {
  /** The line's own values. */
  readonly f: Float64Array;
  /** Where the parabolas of the envelope stand. */
  readonly vertices: Int32Array;
  /** Where each takes over from the one before. */
  readonly borders: Float64Array;
}

/** The lower envelope of the parabolas f(q) + (x − q)², written over f. `envelope` is scratch space, as long as the line. */
function distanceLine(
  grid: Float64Array,
  { start, step, length }: { readonly start: number; readonly step: number; readonly length: number },
  { f, vertices, borders }: Envelope,
): void {
  for (let i = 0; i < length; i++) f[i] = grid[start + i * step]!;
  let count = 0;
  for (let q = 0; q < length; q++) {
    if (f[q] === Number.POSITIVE_INFINITY) continue;
    let border = Number.NEGATIVE_INFINITY;
    while (count > 0) {
      const v = vertices[count - 1]!;
      border = (f[q]! + q * q - (f[v]! + v * v)) / (2 * q - 2 * v);
      if (border > borders[count - 1]!) break;
      count--;
      border = Number.NEGATIVE_INFINITY;
    }
    vertices[count] = q;
    borders[count] = border;
    count++;
  }
  if (count === 0) return;
  borders[count] = Number.POSITIVE_INFINITY;
  for (let x = 0, k = 0; x < length; x++) {
    while (borders[k + 1]! < x) k++;
    const v = vertices[k]!;
    grid[start + x * step] = (x - v) ** 2 + f[v]!;
  }
}

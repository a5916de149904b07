import type { Size } from "./geometry.ts";

/**
 * Squared Euclidean distance of every place of a grid to the nearest site, row-major; infinite where there is no site.
 *
 * Along columns first, then along rows: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012),
 * algorithm 1.
 */
export function squaredDistances(size: Size, isSite: (x: number, y: number) => boolean): Float64Array {
  const { width } = size;
  const grid = distancesAlongColumns(size, isSite);
  const envelope = {
    f: new Float64Array(width),
    vertices: new Int32Array(width),
    borders: new Float64Array(width + 1),
  };
  for (let start = 0; start < grid.length; start += width) distanceLine(grid, { start, length: width }, envelope);
  return grid;
}

/** 1 at each place of a grid whose squared distance to the nearest site is below `limit`. */
export function placesWithin(size: Size, limit: number, isSite: (x: number, y: number) => boolean): Uint8Array {
  const { width } = size;
  // How far along the row a site reaches that is so far away along the column; the last one: nowhere.
  const reaches: number[] = [];
  for (let reach = Math.ceil(Math.sqrt(limit)); reach >= 0; ) {
    while (reach >= 0 && reach ** 2 + reaches.length ** 2 >= limit) reach--;
    reaches.push(reach);
  }
  const along = Int32Array.from(reaches);
  const away = stepsAlongColumns(size, along.length - 1, isSite);
  const out = new Uint8Array(away.length);
  for (let start = 0; start < out.length; start += width) {
    const end = start + width;
    // What is left of the furthest reach, to and fro.
    for (let i = start, left = -1; i < end; i++) {
      left = Math.max(left - 1, along[away[i]!]!);
      if (left >= 0) out[i] = 1;
    }
    for (let i = end - 1, left = -1; i >= start; i--) {
      left = Math.max(left - 1, along[away[i]!]!);
      if (left >= 0) out[i] = 1;
    }
  }
  return out;
}

/** As `distancesAlongColumns`, up to `most`. */
function stepsAlongColumns(
  { width, height }: Size,
  most: number,
  isSite: (x: number, y: number) => boolean,
): Uint16Array {
  const steps = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++)
      steps[i] = isSite(x, y) ? 0 : y > 0 ? Math.min(steps[i - width]! + 1, most) : most;
  for (let i = steps.length - width - 1; i >= 0; i--) {
    const below = steps[i + width]! + 1;
    if (below < steps[i]!) steps[i] = below;
  }
  return steps;
}

/** To the nearest site of the same column, by a scan to and one fro: Meijster, Roerdink and Hesselink 2000, first phase. */
function distancesAlongColumns(
  { width, height }: Size,
  isSite: (x: number, y: number) => boolean,
): Float64Array<ArrayBuffer> {
  const grid = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++)
      grid[i] = isSite(x, y) ? 0 : y > 0 ? grid[i - width]! + 1 : Number.POSITIVE_INFINITY;
  for (let i = grid.length - width - 1; i >= 0; i--) {
    const below = grid[i + width]! + 1;
    if (below < grid[i]!) grid[i] = below;
  }
  return grid;
}

interface Envelope {
  /** The line's own values, squared. */
  readonly f: Float64Array;
  /** Where the parabolas of the envelope stand. */
  readonly vertices: Int32Array;
  /** Where each takes over from the one before. */
  readonly borders: Float64Array;
}

/** The lower envelope of the parabolas f(q)² + (x − q)², written over f. `envelope` is scratch space, as long as the line. */
function distanceLine(
  grid: Float64Array,
  { start, length }: { readonly start: number; readonly length: number },
  { f, vertices, borders }: Envelope,
): void {
  for (let i = 0; i < length; i++) f[i] = grid[start + i]! ** 2;
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
    grid[start + x] = (x - v) ** 2 + f[v]!;
  }
}

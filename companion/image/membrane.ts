import type { Size } from "../../shared/geometry.ts";

export interface Samples {
  readonly values: Float64Array;
  /** How much each counts; 0: nothing is known there. */
  readonly weights: Float64Array;
}

/** Relaxations of each grid of the pyramid. */
const SWEEPS = 24;

/**
 * For each of `channels` the smoothest grid of values through its weighted samples: least of Σ w (u − value)² + `stiffness` · Σ |∇u|²,
 * with free edges. Where nothing is known it is harmonic, like a membrane that hangs on what is known. From the coarsest grid to the
 * finest by relaxation (cascadic multigrid: Bornemann and Deuflhard 1996). All 0 where nothing is known at all.
 *
 * All at once: each value waits for the one before it, and the channels for none of each other.
 */
export function membranes(size: Size, channels: readonly Samples[], stiffness: number): Float64Array[] {
  const count = channels.length;
  const length = size.width * size.height;
  const [sums, weights] = [new Float64Array(length * count), new Float64Array(length * count)];
  for (const [c, samples] of channels.entries())
    for (let i = 0, to = c; i < length; i++, to += count) {
      sums[to] = samples.values[i]! * samples.weights[i]!;
      weights[to] = samples.weights[i]!;
    }
  const solved = solve(size, { count, sums, weights, stiffness });
  return channels.map((_, c) => {
    const field = new Float64Array(length);
    for (let i = 0, from = c; i < length; i++, from += count) field[i] = solved[from]!;
    return field;
  });
}

/** Interleaved, `count` numbers a place. */
interface Level {
  readonly count: number;
  /** Of value times weight. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  readonly stiffness: number;
}

function solve(size: Size, level: Level): Float64Array {
  const { width, height } = size;
  const { count, sums, weights } = level;
  if (width === 1 && height === 1) return sums.map((sum, c) => (weights[c] ? sum / weights[c]! : 0));
  const coarse = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const below = solve(coarse, {
    ...level,
    sums: halved(sums, size, { ...coarse, count }),
    weights: halved(weights, size, { ...coarse, count }),
  });
  const field = new Float64Array(width * height * count);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < count; c++, i++) field[i] = below[((y >> 1) * coarse.width + (x >> 1)) * count + c]!;
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(field, size, level);
  return field;
}

/** Sums over squares of two by two. */
function halved(
  values: Float64Array,
  { width, height }: Size,
  coarse: Size & { readonly count: number },
): Float64Array {
  const { count } = coarse;
  const out = new Float64Array(coarse.width * coarse.height * count);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < count; c++, i++) {
        const to = ((y >> 1) * coarse.width + (x >> 1)) * count + c;
        out[to] = out[to]! + values[i]!;
      }
  return out;
}

/** One pass of Gauss and Seidel, to and fro, in place. */
function relax(field: Float64Array, { width, height }: Size, level: Level): void {
  const { count, sums, weights, stiffness } = level;
  const line = width * count;
  for (const step of [1, -1]) {
    const isForward = step === 1;
    for (let y = isForward ? 0 : height - 1; y >= 0 && y < height; y += step) {
      const isInner = y > 0 && y < height - 1;
      for (let x = isForward ? 0 : width - 1; x >= 0 && x < width; x += step) {
        const begin = (y * width + x) * count;
        if (isInner && x > 0 && x < width - 1)
          for (let i = begin; i < begin + count; i++) {
            const sum = field[i - count]! + field[i + count]! + field[i - line]! + field[i + line]!;
            field[i] = (sums[i]! + stiffness * sum) / (weights[i]! + stiffness * 4);
          }
        else
          for (let i = begin; i < begin + count; i++) {
            let sum = 0;
            let neighbours = 0;
            if (x > 0) {
              sum += field[i - count]!;
              neighbours++;
            }
            if (x < width - 1) {
              sum += field[i + count]!;
              neighbours++;
            }
            if (y > 0) {
              sum += field[i - line]!;
              neighbours++;
            }
            if (y < height - 1) {
              sum += field[i + line]!;
              neighbours++;
            }
            field[i] = (sums[i]! + stiffness * sum) / (weights[i]! + stiffness * neighbours);
          }
      }
    }
  }
}

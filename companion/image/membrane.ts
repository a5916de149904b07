import type { Size } from "../../shared/geometry.ts";

export interface Samples {
  readonly values: Float64Array;
  /** How much each counts; 0: nothing is known there. */
  readonly weights: Float64Array;
}

/** Relaxations of each grid of the pyramid. */
const SWEEPS = 24;

/**
 * The smoothest grid of values through weighted samples: least of Σ w (u − value)² + `stiffness` · Σ |∇u|², with free edges.
 * Where nothing is known it is harmonic, like a membrane that hangs on what is known. From the coarsest grid to the finest by
 * relaxation (cascadic multigrid: Bornemann and Deuflhard 1996). All 0 where nothing is known at all.
 */
export function membrane(size: Size, { values, weights }: Samples, stiffness: number): Float64Array {
  const sums = values.map((value, i) => value * weights[i]!);
  return solve(size, { sums, weights, stiffness });
}

interface Level {
  /** Of value times weight. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  readonly stiffness: number;
}

function solve(size: Size, level: Level): Float64Array {
  const { width, height } = size;
  if (width === 1 && height === 1) {
    const [weight] = level.weights;
    return Float64Array.of(weight ? level.sums[0]! / weight : 0);
  }
  const coarse = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const below = solve(coarse, {
    sums: halved(level.sums, size, coarse),
    weights: halved(level.weights, size, coarse),
    stiffness: level.stiffness,
  });
  const field = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) field[i] = below[(y >> 1) * coarse.width + (x >> 1)]!;
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(field, size, level);
  return field;
}

/** Sums over squares of two by two. */
function halved(values: Float64Array, { width, height }: Size, coarse: Size): Float64Array {
  const out = new Float64Array(coarse.width * coarse.height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const to = (y >> 1) * coarse.width + (x >> 1);
      out[to] = out[to]! + values[i]!;
    }
  return out;
}

/** One pass of Gauss and Seidel, to and fro, in place. */
function relax(field: Float64Array, { width, height }: Size, { sums, weights, stiffness }: Level): void {
  for (const step of [1, -1]) {
    let [x, y] = step === 1 ? [0, 0] : [width - 1, height - 1];
    for (let i = step === 1 ? 0 : field.length - 1; i >= 0 && i < field.length; i += step) {
      let sum = 0;
      let neighbours = 0;
      if (x > 0) {
        sum += field[i - 1]!;
        neighbours++;
      }
      if (x < width - 1) {
        sum += field[i + 1]!;
        neighbours++;
      }
      if (y > 0) {
        sum += field[i - width]!;
        neighbours++;
      }
      if (y < height - 1) {
        sum += field[i + width]!;
        neighbours++;
      }
      field[i] = (sums[i]! + stiffness * sum) / (weights[i]! + stiffness * neighbours);
      x += step;
      if (x < 0 || x === width) {
        x -= step * width;
        y += step;
      }
    }
  }
}

import { placesWithin } from "./distance.ts";
import type { Size } from "./geometry.ts";

/** Distances on a grid, row-major. */
export interface Depths extends Size {
  readonly data: Float64Array;
}

/** As many places as it is measured on: it changes slowly, so that a coarser grid does. */
const MOST_PLACES = 250_000;
/** Between the radii of the discs that are tried. */
const STEP = Math.SQRT2;
/** How far a disc counts, in its radii: into the corners of a rectangle. */
const REACH = 1.5;
/** Of the largest radius: over which steps are smoothed. */
const SMOOTHED = 1 / 8;

/**
 * How thick a shape is at a place of the grid, for a shape whose places are `depths` away from its outside: the radius of the
 * largest disc inside it that reaches the place (Hildebrand and Rüegsegger 1997, with corners), up to `most`, smoothed.
 */
export function thicknessOf(depths: Depths, most: number): (x: number, y: number) => number {
  const stride = Math.max(1, Math.ceil(Math.sqrt((depths.width * depths.height) / MOST_PLACES)));
  const grid = { width: Math.ceil(depths.width / stride), height: Math.ceil(depths.height / stride) };
  const own = sampled(depths, grid, { stride, most });
  const radii = largestDiscs(own, grid, { stride, most });
  const inside = own.map((depth) => (depth > 0 ? 1 : 0));
  const blur = Math.max(1, Math.round((most * SMOOTHED) / stride));
  const sums = boxSums(
    radii.map((radius, i) => radius * inside[i]!),
    grid,
    blur,
  );
  const counts = boxSums(inside, grid, blur);
  return (x, y) => {
    const i = Math.floor(y / stride) * grid.width + Math.floor(x / stride);
    return counts[i]! > 0 ? sums[i]! / counts[i]! : 0;
  };
}

interface Sampling {
  /** Places of the shape beside each other for one of the grid. */
  readonly stride: number;
  readonly most: number;
}

function sampled({ data, width }: Depths, grid: Size, { stride, most }: Sampling): Float64Array {
  const own = new Float64Array(grid.width * grid.height);
  for (let y = 0, i = 0; y < grid.height; y++)
    for (let x = 0; x < grid.width; x++, i++) own[i] = Math.min(data[(y * width + x) * stride]!, most);
  return own;
}

/**
 * For each place of the shape, the radius of the largest disc that reaches it, of those that are tried; its own depth at least. The
 * largest come first: they reach most of a shape, so that often there is nothing left for the smaller ones.
 */
function largestDiscs(own: Float64Array, grid: Size, { stride, most }: Sampling): Float64Array {
  const deepest = own.reduce((most, depth) => Math.max(most, depth), 0);
  const radii = own.slice();
  for (const radius of triedRadii(most).reverse()) {
    if (radius > deepest || !hasBetween(radii, radius)) continue;
    raise(
      radii,
      radius,
      placesWithin(grid, ((REACH * radius) / stride) ** 2, (x, y) => own[y * grid.width + x]! >= radius),
    );
  }
  return radii;
}

function triedRadii(most: number): number[] {
  const radii: number[] = [];
  for (let step = 1; step < most * STEP; step *= STEP) radii.push(Math.min(step, most));
  return radii;
}

/** True where a place of the shape is not reached by a disc of this radius or more. */
function hasBetween(radii: Float64Array, radius: number): boolean {
  for (let i = 0; i < radii.length; i++) if (radii[i]! > 0 && radii[i]! < radius) return true;
  return false;
}

function raise(radii: Float64Array, radius: number, where: Uint8Array): void {
  for (let i = 0; i < radii.length; i++) if (where[i] === 1 && radii[i]! > 0 && radii[i]! < radius) radii[i] = radius;
}

/** Sums over squares of 2 · radius + 1 places around each place, cut off at the grid's edges. */
function boxSums(values: Float64Array, { width, height }: Size, radius: number): Float64Array {
  const out = values.slice();
  // Sums from a line's beginning on; the first is 0.
  const line = new Float64Array(Math.max(width, height) + 1);
  const alongLine = (start: number, step: number, length: number) => {
    for (let i = 0; i < length; i++) line[i + 1] = line[i]! + out[start + i * step]!;
    for (let i = 0; i < length; i++)
      out[start + i * step] = line[Math.min(i + radius + 1, length)]! - line[Math.max(i - radius, 0)]!;
  };
  for (let y = 0; y < height; y++) alongLine(y * width, 1, width);
  for (let x = 0; x < width; x++) alongLine(x, width, height);
  return out;
}

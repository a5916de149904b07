/** Where a picture that was drawn anew shows what the one before it showed. */
import type { Size } from "../../../shared/geometry.ts";
import type { Plane } from "./plane.ts";

/**
 * What the source shows at X (pixels from the middle) the result shows at (width · X + x, height · Y + y): moved by x, y and larger
 * where width and height are above 1.
 */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const IN_PLACE: Placement = { x: 0, y: 0, width: 1, height: 1 };

/** The same on a picture `times` as large. */
export const onScale = ({ x, y, ...sides }: Placement, times: number): Placement => ({
  ...sides,
  ...{ x: x * times, y: y * times },
});

/** How far the corner is moved that is moved furthest, pixels. */
export const furthest = ({ x, y, width, height }: Placement, size: Size): number =>
  Math.hypot(
    Math.abs(x) + (Math.abs(width - 1) * size.width) / 2,
    Math.abs(y) + (Math.abs(height - 1) * size.height) / 2,
  );

/** Lobes of the kernel. */
const LOBES = 3;
const TAPS = 2 * LOBES;

/** For every output sample along an axis: the inputs that it is made of, edges repeated, and their shares. Lanczos of three lobes. */
function tapsAlong(length: number, times: number, moved: number) {
  const places = new Int32Array(TAPS * length);
  const weights = new Float32Array(TAPS * length);
  for (let i = 0; i < length; i++) {
    const at = times * (i + 0.5 - length / 2) + moved + length / 2 - 0.5;
    const first = Math.floor(at) - LOBES + 1;
    let sum = 0;
    for (let k = 0; k < TAPS; k++) {
      const weight = lanczos(at - first - k);
      places[TAPS * i + k] = Math.min(Math.max(first + k, 0), length - 1);
      weights[TAPS * i + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < TAPS; k++) weights[TAPS * i + k]! /= sum;
  }
  return { places, weights };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const a = Math.PI * x;
  return (LOBES * Math.sin(a) * Math.sin(a / LOBES)) / (a * a);
}

/** The result's plane as it lies on the source. */
export function warped({ width, height, data }: Plane, placement: Placement): Plane {
  const across = tapsAlong(width, placement.width, placement.x);
  const down = tapsAlong(height, placement.height, placement.y);
  const rows = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      let sum = 0;
      for (let k = TAPS * x; k < TAPS * x + TAPS; k++) sum += data[y * width + across.places[k]!]! * across.weights[k]!;
      rows[i] = sum;
    }
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let k = TAPS * y; k < TAPS * y + TAPS; k++) {
      const [from, weight] = [down.places[k]! * width, down.weights[k]!];
      for (let x = 0; x < width; x++) out[y * width + x]! += rows[from + x]! * weight;
    }
  return { width, height, data: out };
}

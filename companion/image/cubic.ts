/**
 * Bicubic interpolation without antialiasing, the Keys kernel with a = −0.75, edges repeated: what torch's interpolate and
 * OpenCV's resize do. (Pillow's bicubic is another one: see resample.ts.)
 */
import type { Size } from "../../shared/geometry.ts";

const A = -0.75;

/** One value per pixel, row-major. */
export interface Plane extends Size {
  readonly data: ArrayLike<number>;
}

/** The plane at another size. Values may leave the range of the source's. */
export function interpolateCubic(plane: Plane, { width, height }: Size): Float32Array {
  const columns = taps(plane.width, width);
  const rows = taps(plane.height, height);
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < 4; j++) {
        const row = rows.places[4 * y + j]! * plane.width;
        let along = 0;
        for (let i = 0; i < 4; i++)
          along += plane.data[row + columns.places[4 * x + i]!]! * columns.weights[4 * x + i]!;
        sum += along * rows.weights[4 * y + j]!;
      }
      out[y * width + x] = sum;
    }
  return out;
}

/** For every output sample the four input samples that it is made of, and their shares. */
function taps(from: number, to: number) {
  const places = new Int32Array(4 * to);
  const weights = new Float64Array(4 * to);
  for (let i = 0; i < to; i++) {
    const at = (i + 0.5) * (from / to) - 0.5;
    const first = Math.floor(at);
    const t = at - first;
    [outer(t + 1), inner(t), inner(1 - t), outer(2 - t)].forEach((weight, k) => {
      places[4 * i + k] = Math.min(Math.max(first - 1 + k, 0), from - 1);
      weights[4 * i + k] = weight;
    });
  }
  return { places, weights };
}

/** The kernel up to a distance of 1, and from 1 to 2. */
const inner = (x: number): number => ((A + 2) * x - (A + 3)) * x * x + 1;
const outer = (x: number): number => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;

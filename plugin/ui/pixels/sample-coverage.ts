import { type Affine, boundsOf, invert } from "../../../shared/affine.ts";
import type { Size } from "../../../shared/geometry.ts";
import type { Mask } from "../../../shared/mask.ts";

/** Samples of a pixel, along a side. */
const MOST_SAMPLES = 8;

/**
 * How much of each pixel of a raster of `size` a mask covers, 0 … 255: the mean of the mask's pixels under it, whatever is
 * around them. A browser's own resampling looks further, and would cover pixels that the mask does not touch.
 * `toRaster` leads from the mask's pixels to the raster's.
 */
export function sampleCoverage(mask: Mask, toRaster: Affine, size: Size): Uint8Array {
  const coverage = new Uint8Array(size.width * size.height);
  const box = boundsOf(toRaster, mask.width, mask.height);
  const [left, top] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))];
  const right = Math.min(size.width, Math.ceil(box.x + box.width));
  const bottom = Math.min(size.height, Math.ceil(box.y + box.height));
  const [[a, c, e], [b, d, f]] = invert(toRaster);
  const places = samplePlaces([a, b, c, d]);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const [u, v] = [a * x + c * y + e, b * x + d * y + f];
      let sum = 0;
      for (let k = 0; k < places.length; k += 2) {
        const [column, row] = [Math.floor(u + places[k]!), Math.floor(v + places[k + 1]!)];
        if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) continue;
        sum += mask.data[row * mask.width + column]!;
      }
      // What it touches at all is covered at least a little.
      coverage[y * size.width + x] = Math.ceil((2 * sum) / places.length);
    }
  return coverage;
}

/** Where in the mask a pixel's samples lie, from its corner: as many as it has pixels of the mask under it, twice that where it is turned. */
function samplePlaces([a, b, c, d]: readonly [number, number, number, number]): Float64Array {
  const isTurned = Math.min(Math.abs(a) + Math.abs(d), Math.abs(b) + Math.abs(c)) > 1e-6;
  const samples = (length: number) =>
    Math.min(Math.max(Math.round(length * (isTurned ? 2 : 1) + 0.49), 1), MOST_SAMPLES);
  const [across, down] = [samples(Math.hypot(a, b)), samples(Math.hypot(c, d))];
  const places: number[] = [];
  for (let j = 0; j < down; j++)
    for (let i = 0; i < across; i++) {
      const [s, t] = [(i + 0.5) / across, (j + 0.5) / down];
      places.push(a * s + c * t, b * s + d * t);
    }
  return Float64Array.from(places);
}

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
  const map = invert(toRaster);
  const area = { left, top, right, bottom };
  if (map[0][1] === 0 && map[1][0] === 0) sampleUpright(mask, map, { area, coverage, width: size.width });
  else sampleTurned(mask, map, { area, coverage, width: size.width });
  return coverage;
}

interface Sampled {
  /** Whole pixels of the raster. */
  readonly area: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Of the raster, which is so wide. */
  readonly coverage: Uint8Array;
  readonly width: number;
}

/** What a pixel touches at all is covered at least a little. */
const covered = (sum: number, samples: number) => Math.ceil(sum / samples);

function sampleTurned(mask: Mask, [[a, c, e], [b, d, f]]: Affine, { area, coverage, width }: Sampled): void {
  const places = samplePlaces([a, b, c, d]);
  for (let y = area.top; y < area.bottom; y++)
    for (let x = area.left; x < area.right; x++) {
      const [u, v] = [a * x + c * y + e, b * x + d * y + f];
      let sum = 0;
      for (let k = 0; k < places.length; k += 2) {
        const [column, row] = [Math.floor(u + places[k]!), Math.floor(v + places[k + 1]!)];
        if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) continue;
        sum += mask.data[row * mask.width + column]!;
      }
      coverage[y * width + x] = covered(sum, places.length / 2);
    }
}

/** The same, where a pixel's samples lie in the same columns as those above and below it: rows and columns are found once. */
function sampleUpright(mask: Mask, [[a, , e], [, d, f]]: Affine, { area, coverage, width }: Sampled): void {
  const { left, right, top, bottom } = area;
  const columns = sampledLines(a, e, [left, right, mask.width]);
  const rows = sampledLines(d, f, [top, bottom, mask.height]);
  const [across, down] = [samplesAlong(a), samplesAlong(d)];
  for (let y = top, row = 0; y < bottom; y++, row += down)
    for (let x = left, column = 0; x < right; x++, column += across) {
      let sum = 0;
      for (let j = row; j < row + down; j++) {
        if (rows[j]! < 0) continue;
        const start = rows[j]! * mask.width;
        for (let i = column; i < column + across; i++) if (columns[i]! >= 0) sum += mask.data[start + columns[i]!]!;
      }
      coverage[y * width + x] = covered(sum, across * down);
    }
}

/** For the pixels of a raster from one to another, along a side: the lines of the mask that each has under it, −1 beside the mask. */
function sampledLines(step: number, start: number, [from, to, length]: readonly [number, number, number]): Int32Array {
  const samples = samplesAlong(step);
  const lines = new Int32Array(samples * Math.max(0, to - from));
  for (let at = from, k = 0; at < to; at++)
    for (let i = 0; i < samples; i++, k++) {
      const line = Math.floor(step * at + start + step * ((i + 0.5) / samples));
      lines[k] = line < 0 || line >= length ? -1 : line;
    }
  return lines;
}

/** As many as a pixel has pixels of the mask under it, twice that where it is turned. */
const samplesAlong = (length: number, isTurned = false) =>
  Math.min(Math.max(Math.round(Math.abs(length) * (isTurned ? 2 : 1) + 0.49), 1), MOST_SAMPLES);

/** Where in the mask a pixel's samples lie, from its corner. */
function samplePlaces([a, b, c, d]: readonly [number, number, number, number]): Float64Array {
  const isTurned = Math.min(Math.abs(a) + Math.abs(d), Math.abs(b) + Math.abs(c)) > 1e-6;
  const [across, down] = [samplesAlong(Math.hypot(a, b), isTurned), samplesAlong(Math.hypot(c, d), isTurned)];
  const places: number[] = [];
  for (let j = 0; j < down; j++)
    for (let i = 0; i < across; i++) {
      const [s, t] = [(i + 0.5) / across, (j + 0.5) / down];
      places.push(a * s + c * t, b * s + d * t);
    }
  return Float64Array.from(places);
}

/** Masks: 8-bit coverage, 0 = keep, 255 = repaint. */
import { growRect, type Rect, type Size } from "../../shared/geometry.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { isOpaque } from "./encode.ts";

/** One 8-bit value per pixel, row-major. */
export interface Mask extends Size {
  readonly data: Uint8Array;
}

/**
 * The coverage that a mask picture means: its alpha where it has any transparency (a shape exported by itself), its
 * lightness otherwise (white on black), by Pillow's conversion to "L".
 */
export function coverageOf(image: PixelImage): Mask {
  const { width, height, data } = image;
  const coverage = new Uint8Array(width * height);
  if (isOpaque(image)) {
    // ITU-R 601-2 luma in 16-bit fixed point: Pillow, src/libImaging/Convert.c, L24.
    for (let i = 0, p = 0; i < coverage.length; i++, p += 4)
      coverage[i] = (data[p]! * 19595 + data[p + 1]! * 38470 + data[p + 2]! * 7471 + 0x8000) >> 16;
  } else {
    for (let i = 0; i < coverage.length; i++) coverage[i] = data[i * 4 + 3]!;
  }
  return { width, height, data: coverage };
}

/** 255 where the value is at least half (`value / 255 >= 0.5`, so 128 and up), 0 elsewhere. */
export function binarize(mask: Mask): Mask {
  return { ...mask, data: mask.data.map((value) => (value >= 128 ? 255 : 0)) };
}

/** The smallest rectangle that holds every pixel of 128 or more; undefined where there is none. */
export function maskBounds({ width, height, data }: Mask): Rect | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]! < 128) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * The mask grown by `grow` pixels, then fading to nothing over `feather` more (smoothstep), measured as Euclidean distance
 * from the nearest pixel of the mask. Exactly 0 from a distance of grow + feather on.
 */
export function growAndFeather(mask: Mask, margins: { readonly grow: number; readonly feather: number }): Mask {
  const { grow, feather } = margins;
  const data = new Uint8Array(mask.width * mask.height);
  const bounds = maskBounds(mask);
  if (!bounds) return { ...mask, data };
  const area = growRect(bounds, Math.ceil(grow + feather), mask);
  const squared = squaredDistances(mask, area);
  for (let y = 0, i = 0; y < area.height; y++) {
    let at = (area.y + y) * mask.width + area.x;
    for (let x = 0; x < area.width; x++, i++, at++) {
      const beyond = Math.sqrt(squared[i]!) - grow;
      if (beyond <= 0) data[at] = 255;
      else if (beyond < feather) {
        const t = 1 - beyond / feather;
        data[at] = Math.round(255 * t * t * (3 - 2 * t));
      }
    }
  }
  return { ...mask, data };
}

/** A mask whose every cell of `size` × `size` pixels is wholly 255 if any of its pixels is not 0: nothing is left out at the latent. */
export function coverCells(mask: Mask, size: number): Mask {
  const { width, height } = mask;
  const columns = Math.ceil(width / size);
  const cells = new Uint8Array(columns * Math.ceil(height / size));
  const cellAt = (x: number, y: number) => Math.floor(y / size) * columns + Math.floor(x / size);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) if (mask.data[i]) cells[cellAt(x, y)] = 255;
  const data = new Uint8Array(mask.data.length);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) data[i] = cells[cellAt(x, y)]!;
  return { width, height, data };
}

/**
 * Squared Euclidean distance of every pixel of `area` to the nearest pixel of the mask (128 and up), row-major in `area`.
 *
 * Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012), algorithm 1 along columns, then rows.
 */
function squaredDistances(mask: Mask, area: Rect): Float64Array {
  const { width, height } = area;
  const grid = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++)
      grid[i] = mask.data[(area.y + y) * mask.width + area.x + x]! >= 128 ? 0 : Number.POSITIVE_INFINITY;
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

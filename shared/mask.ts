/** Masks: 8-bit coverage, 0 = keep, 255 = repaint. */
import type { Rect, Size } from "./geometry.ts";

/** One 8-bit value per pixel, row-major. */
export interface Mask extends Size {
  readonly data: Uint8Array;
}

/** Pixels of this coverage and more are in the mask, where there is only in and out. */
export const HALF_COVERED = 128;

/** The smallest rectangle that holds every pixel of `least` and more; undefined where there is none. */
export function maskBounds({ width, height, data }: Mask, least = HALF_COVERED): Rect | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]! < least) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

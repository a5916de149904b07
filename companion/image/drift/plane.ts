/** Pictures as single planes of numbers, for measuring. */
import type { Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { blurred } from "../box-blur.ts";

/** One number per pixel, levels of 255, row-major. */
export interface Plane extends Size {
  readonly data: Float32Array;
}

/** Of a channel: 0, 1, 2. */
export const channelOf = ({ width, height, data }: PixelImage, channel: number): Plane => ({
  ...{ width, height },
  data: Float32Array.from({ length: width * height }, (_, i) => data[4 * i + channel]!),
});

/** Luma as ITU-R BT.601 has it. */
export const lumaOf = ({ width, height, data }: PixelImage): Plane => ({
  ...{ width, height },
  data: Float32Array.from(
    { length: width * height },
    (_, i) => 0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!,
  ),
});

/** Means of 2 × 2; an odd last row or column is left out. */
export function halved({ width: from, height, data }: Plane): Plane {
  const size = { width: from >> 1, height: height >> 1 };
  const out = new Float32Array(size.width * size.height);
  for (let y = 0, i = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, i++) {
      const at = 2 * y * from + 2 * x;
      out[i] = (data[at]! + data[at + 1]! + data[at + from]! + data[at + from + 1]!) / 4;
    }
  return { ...size, data: out };
}

/** The plane, and halves of it until no side is longer than `side`: the largest first. */
export function pyramidOf(plane: Plane, side: number): readonly [Plane, ...Plane[]] {
  const levels: [Plane, ...Plane[]] = [plane];
  for (let at = plane; Math.max(at.width, at.height) > side; levels.push(at)) at = halved(at);
  return levels;
}

/** Pixels of the square whose mean is taken away: what is as wide as that is light and shade, not a thing. */
const BROAD = 17;

/** What is small in it: neither a colour's drift nor other light moves it. */
export function detailOf({ width, height, data }: Plane): Plane {
  const broad = blurred(data, { width, height }, BROAD);
  return { width, height, data: data.map((value, i) => value - broad[i]!) };
}

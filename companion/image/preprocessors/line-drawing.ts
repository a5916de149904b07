import type { Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

/** Grey values, one a pixel, as an opaque picture. */
export function greyPicture({ width, height }: Size, values: ArrayLike<number>): PixelImage {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < values.length; i++) data.fill(values[i]!, 4 * i, 4 * i + 3);
  return { width, height, data };
}

import type { Rect } from "../geometry.ts";
import type { PixelImage } from "../pixels.ts";

/** The part of the picture within the rectangle, of whole pixels. */
export function crop(image: PixelImage, { x, y, width, height }: Rect): PixelImage {
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    const start = 4 * ((y + row) * image.width + x);
    data.set(image.data.subarray(start, start + 4 * width), 4 * row * width);
  }
  return { width, height, data };
}

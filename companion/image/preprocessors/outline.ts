import type { PixelImage } from "../../../shared/pixels.ts";
import { isOpaque } from "../encode.ts";
import { coverageOf } from "../mask.ts";
import { greyPicture } from "./line-drawing.ts";

/**
 * Lines that are drawn already (a vector layer's own outlines), white on black as ControlNets know them: the coverage of a
 * picture with transparency; of an opaque one its lightness, turned round where most of it is light.
 */
export function outline(image: PixelImage): PixelImage {
  const { data } = coverageOf(image);
  const sum = data.reduce((total, value) => total + value, 0);
  const isDarkOnLight = isOpaque(image) && sum > (255 * data.length) / 2;
  return greyPicture(image, isDarkOnLight ? data.map((value) => 255 - value) : data);
}

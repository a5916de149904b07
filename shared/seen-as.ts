/** How large pictures are to a model that sees them, whatever they have. */
import { sizeOfArea } from "./area-size.ts";
import type { Size } from "./geometry.ts";

export interface SeenAs {
  /** Pixels that a picture has there, at the most or about. */
  readonly area: number;
  /** Of which its sides are whole multiples. */
  readonly multiple: number;
  /** True where a smaller picture is made as large; the others are cut to whole multiples, and not resized. */
  readonly enlarges: boolean;
}

export function seenSize(picture: Size, { area, multiple, enlarges }: SeenAs): Size {
  return enlarges ? sizeOfArea(picture, area, multiple) : wholeSize(sizeWithin(picture, area), multiple);
}

/** Made smaller where it has more than `area` pixels. Source: diffusers, flux2/image_processor.py, _resize_to_target_area. */
export function sizeWithin({ width, height }: Size, area: number): Size {
  const scale = Math.sqrt(area / (width * height));
  return scale >= 1 ? { width, height } : { width: Math.trunc(width * scale), height: Math.trunc(height * scale) };
}

/** The largest of whole multiples within it, at least one. */
export function wholeSize({ width, height }: Size, multiple: number): Size {
  const whole = (side: number) => Math.max(side - (side % multiple), multiple);
  return { width: whole(width), height: whole(height) };
}

/** Places of `side` pixels along rows and columns that it takes. */
export function seenPlaces(picture: Size, seen: SeenAs, side: number): number {
  const { width, height } = seenSize(picture, seen);
  return (width / side) * (height / side);
}

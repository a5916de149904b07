import type { Size } from "./geometry.ts";

/** Pixels of a reference's long side: image encoders look at 224 or less. */
const LONGEST_SIDE = 512;
/** A layer is not drawn larger than so many times its size. */
const MOST_TIMES = 4;

/** By how much a layer is enlarged, or made smaller, that is exported as a reference. */
export const referenceScale = ({ width, height }: Size): number =>
  Math.min(MOST_TIMES, LONGEST_SIDE / Math.max(width, height));

/** How large such a picture is. */
export function referenceSize(layer: Size): Size {
  const scale = referenceScale(layer);
  const pixels = (side: number) => Math.max(Math.round(side * scale), 1);
  return { width: pixels(layer.width), height: pixels(layer.height) };
}

/** Of one that is not chosen yet, at the most. */
export const LARGEST_REFERENCE: Size = { width: LONGEST_SIDE, height: LONGEST_SIDE };

/** Sizes of a picture's own shape and about so many pixels. */
import type { Size } from "./geometry.ts";

/** As Python rounds: halves to the even one. */
export const roundEven = (value: number): number => {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
};

/** Of which Qwen-Image's pipelines make sides whole multiples, pixels. */
const MULTIPLE = 32;

/** Of about `area` pixels and the shape of `size`. Source: diffusers, pipeline_qwenimage_edit_plus.py, calculate_dimensions. */
export function sizeOfArea({ width, height }: Size, area: number): Size {
  const ratio = width / height;
  const wide = Math.sqrt(area * ratio);
  const whole = (side: number) => Math.max(roundEven(side / MULTIPLE), 1) * MULTIPLE;
  return { width: whole(wide), height: whole(wide / ratio) };
}

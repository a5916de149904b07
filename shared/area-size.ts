/** Sizes of a picture's own shape and about so many pixels. */
import type { Size } from "./geometry.ts";
import { roundEven } from "./round-even.ts";

/** Of which Qwen-Image's pipelines make sides whole multiples, pixels. */
const MULTIPLE = 32;

/** Of about `area` pixels and the shape of `size`. Source: diffusers, pipeline_qwenimage_edit_plus.py, calculate_dimensions. */
export function sizeOfArea({ width, height }: Size, area: number, multiple = MULTIPLE): Size {
  const ratio = width / height;
  const wide = Math.sqrt(area * ratio);
  const whole = (side: number) => Math.max(roundEven(side / multiple), 1) * multiple;
  return { width: whole(wide), height: whole(wide / ratio) };
}

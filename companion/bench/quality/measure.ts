import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

export interface Seam {
  /** The largest difference between neighbouring pixels that was not there before, levels of 255. */
  readonly step: number;
  /** How far the mean colour under the mask is off. */
  readonly shift: number;
  /** Pixels outside of the mask that changed. */
  readonly outside: number;
}

/**
 * What is wrong with a repaired picture, whose every pixel should look as before: all that differs is the model's drift.
 * `grain`: differences are averaged over squares of so many pixels a side first, where the ground itself is random.
 */
export function seamOf(repaired: PixelImage, before: PixelImage, { mask, grain }: { mask: Mask; grain: number }): Seam {
  const { width, height } = before;
  const off = Float64Array.from({ length: width * height }, (_, i) => repaired.data[i * 4]! - before.data[i * 4]!);
  let [outside, sum, count] = [0, 0, 0];
  off.forEach((difference, i) => {
    if (mask.data[i] === 0) outside += Number(difference !== 0);
    else {
      sum += difference;
      count++;
    }
  });
  const smooth = averaged(off, width, grain);
  let step = 0;
  // Both squares lie within the picture.
  for (let y = 0; y <= height - 2 * grain; y++)
    for (let x = 0; x <= width - 2 * grain; x++) {
      const i = y * width + x;
      const across = Math.abs(smooth[i]! - smooth[i + grain]!);
      step = Math.max(step, across, Math.abs(smooth[i]! - smooth[i + grain * width]!));
    }
  return { step, shift: Math.abs(sum / count), outside };
}

/** Means over squares whose upper left corner is the place; those that leave the picture are left as they are. */
function averaged(values: Float64Array, width: number, side: number): Float64Array {
  if (side === 1) return values;
  const height = values.length / width;
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = (y + 1) * (width + 1) + x + 1;
      sums[i] = values[y * width + x]! + sums[i - 1]! + sums[i - width - 1]! - sums[i - width - 2]!;
    }
  return values.map((value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x + side > width || y + side > height) return value;
    const [a, b] = [y * (width + 1) + x, (y + side) * (width + 1) + x];
    return (sums[b + side]! - sums[b]! - sums[a + side]! + sums[a]!) / side ** 2;
  });
}

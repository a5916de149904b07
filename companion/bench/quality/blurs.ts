/** What other programs do to masks. */
import { squaredDistances } from "../../../shared/distance.ts";
import type { Mask } from "../../../shared/mask.ts";

/** A Gaussian of a standard deviation, in pixels; the picture's edge is repeated. */
export function gaussian(mask: Mask, deviation: number): Mask {
  const reach = Math.ceil(3 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / deviation) ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  const { width, height } = mask;
  let values = Float64Array.from(mask.data);
  for (const axis of ["x", "y"] as const) {
    const from = values;
    values = from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let total = 0;
      for (let k = -reach; k <= reach; k++) {
        const [sx, sy] = axis === "x" ? [clamp(x + k, width), y] : [x, clamp(y + k, height)];
        total += kernel[k + reach]! * from[sy * width + sx]!;
      }
      return total / sum;
    });
  }
  return { ...mask, data: Uint8Array.from(values, (value) => Math.round(value)) };
}

/** 255 up to so many pixels from the mask. */
export const dilate = (mask: Mask, radius: number): Mask => nearTo(mask, radius, (value) => value > 127, 255);

/** 0 up to so many pixels from what is outside the mask. */
export const erode = (mask: Mask, radius: number): Mask => nearTo(mask, radius, (value) => value <= 127, 0);

function nearTo(mask: Mask, radius: number, isSite: (value: number) => boolean, near: 0 | 255): Mask {
  const squared = squaredDistances(mask, (x, y) => isSite(mask.data[y * mask.width + x]!));
  return { ...mask, data: Uint8Array.from(squared, (distance) => (distance <= radius ** 2 ? near : 255 - near)) };
}

const clamp = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);

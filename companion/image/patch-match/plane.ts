import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

/** The level of a plane at a pixel. */
export type Plane = (x: number, y: number) => number;

/** So little that it counts only where the known pixels say nothing about a direction. */
const RIDGE = 1e-6;

/** The plane through a channel's levels that lies closest (least squares) to all pixels where `unknown` is 0; level 0 where there are none. */
export function planeThrough({ width, height, data }: PixelImage, channel: number, unknown: Mask): Plane {
  const [across, down] = [(x: number) => (2 * x) / width - 1, (y: number) => (2 * y) / height - 1];
  let [n, sx, sy, sxx, sxy, syy, sv, sxv, syv] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (unknown.data[i]) continue;
      const u = across(x);
      const v = down(y);
      const value = data[4 * i + channel]!;
      n++;
      sx += u;
      sy += v;
      sxx += u * u;
      sxy += u * v;
      syy += v * v;
      sv += value;
      sxv += u * value;
      syv += v * value;
    }
  if (n === 0) return () => 0;
  // About the mean, so that what is left are two equations for the two slopes.
  const [mx, my, mv] = [sx / n, sy / n, sv / n];
  const ridge = RIDGE * n;
  const [a, b, d] = [sxx - n * mx * mx + ridge, sxy - n * mx * my, syy - n * my * my + ridge];
  const [p, q] = [sxv - n * mx * mv, syv - n * my * mv];
  const determinant = a * d - b * b;
  const [slopeX, slopeY] = [(p * d - q * b) / determinant, (q * a - p * b) / determinant];
  return (x, y) => mv + slopeX * (across(x) - mx) + slopeY * (down(y) - my);
}

import type { Size } from "../../../shared/geometry.ts";

/** Models repeat themselves in longer strips. */
const MOST_ASPECT = 3;
/** Largest relative difference of the aspect that is left to cropping. */
const ASPECT_TOLERANCE = 0.05;
/** How far the area may be from the model's own. */
const AREA_RANGE = { min: 0.72, max: 1.3 };
const STEPS = [64, 32, 16, 8] as const;

/**
 * The size at the model for a target: about native² pixels in the target's shape, as multiples of 64 where one is close
 * enough, else of 32, 16 or 8.
 */
export function modelSize(target: Size, { native, factor = 1 }: { native: number; factor?: number }): Size {
  const aspect = Math.min(MOST_ASPECT, Math.max(1 / MOST_ASPECT, target.width / target.height));
  const area = (native * factor) ** 2;
  let best: { size: Size; error: number } | undefined;
  for (const step of STEPS) {
    for (const size of candidates(area, aspect, step)) {
      const error = Math.abs(Math.log(size.width / size.height / aspect));
      const share = (size.width * size.height) / area;
      if (share < AREA_RANGE.min || share > AREA_RANGE.max) continue;
      // Among equals the one whose area is nearest wins: the aspect counts in half per cents.
      const score = Math.round(error / 0.005) + Math.abs(Math.log(share));
      if (best === undefined || score < best.error) best = { size, error: score };
    }
    if (best !== undefined && Math.abs(Math.log(best.size.width / best.size.height / aspect)) <= ASPECT_TOLERANCE)
      return best.size;
  }
  const side = Math.max(64, Math.round((native * factor) / 8) * 8);
  return best?.size ?? { width: side, height: side };
}

function* candidates(area: number, aspect: number, step: number): Generator<Size> {
  const width = Math.sqrt(area * aspect);
  const height = Math.sqrt(area / aspect);
  for (const w of around(width, step)) for (const h of around(height, step)) yield { width: w, height: h };
}

/** The two or three multiples of `step` around a length, none below 64. */
function around(length: number, step: number): number[] {
  const middle = Math.round(length / step);
  const sides = [middle - 1, middle, middle + 1].map((count) => Math.min(4096, Math.max(64, count * step)));
  return [...new Set(sides)].filter((side) => side % step === 0);
}

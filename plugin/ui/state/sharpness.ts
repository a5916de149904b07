import type { Size } from "../../../shared/geometry.ts";
import { t } from "../text/language.ts";

/** Designs are seen on screens of twice the density, and exported for them. */
const EXPORT_SCALE = 2;
/** From so much less than is seen, one sees it. */
const SHARP_ENOUGH = 0.8;

/**
 * What to say before a run whose picture has too few pixels for its layer at the usual export scale; null where it has enough.
 * `made`: the picture, pixels; `layer`: canvas pixels.
 */
export function softnessInWords(made: Size, layer: Size): string | null {
  const share = Math.min(made.width / layer.width, made.height / layer.height) / EXPORT_SCALE;
  if (share >= SHARP_ENOUGH) return null;
  const [width, height] = [Math.round(layer.width * EXPORT_SCALE), Math.round(layer.height * EXPORT_SCALE)];
  return t.run.soft(t.common.size(made), EXPORT_SCALE, t.common.size({ width, height }));
}

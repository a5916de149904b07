import type { Size } from "../../../shared/geometry.ts";
import type { LayerInfo } from "../../bridge.ts";
import { t } from "../text/language.ts";

/** Designs are seen on screens of twice the density; what is set up for a larger export is seen at that. */
const SCREEN_DENSITY = 2;
/** From so much less than is seen, one sees it. */
const SHARP_ENOUGH = 0.8;

/**
 * What to say before a run whose picture has too few pixels for its layer at the scale at which it will be seen; null where it has enough.
 * `made`: the picture, pixels; `layer`: canvas pixels.
 */
export function softnessInWords(made: Size, layer: Size & Pick<LayerInfo, "exportScale">): string | null {
  const scale = Math.max(SCREEN_DENSITY, layer.exportScale ?? 0);
  const share = Math.min(made.width / layer.width, made.height / layer.height) / scale;
  if (share >= SHARP_ENOUGH) return null;
  const [width, height] = [Math.round(layer.width * scale), Math.round(layer.height * scale)];
  return t.run.soft(
    t.common.size(made),
    t.common.figure(scale, Number.isInteger(scale) ? 0 : 1),
    t.common.size({ width, height }),
  );
}

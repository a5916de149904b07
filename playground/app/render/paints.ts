/** Fills a path, or anything already clipped, with Figma's paints. */
import type { GradientPaint, ImagePaint, Paint, Rgb } from "../../host/paint.ts";
import { apply, type Box, invert, type Transform } from "../../host/transform.ts";
import type { DecodedImages } from "./decoded-images.ts";
import type { Context } from "./surface.ts";

export const css = ({ r, g, b }: Rgb, alpha = 1): string =>
  `rgba(${Math.round(r * 255)}, ${Math.round(g * 255)}, ${Math.round(b * 255)}, ${alpha})`;

const BLENDS: Readonly<Record<string, GlobalCompositeOperation>> = {
  DARKEN: "darken",
  MULTIPLY: "multiply",
  COLOR_BURN: "color-burn",
  LIGHTEN: "lighten",
  SCREEN: "screen",
  COLOR_DODGE: "color-dodge",
  LINEAR_DODGE: "lighter",
  OVERLAY: "overlay",
  SOFT_LIGHT: "soft-light",
  HARD_LIGHT: "hard-light",
  DIFFERENCE: "difference",
  EXCLUSION: "exclusion",
  HUE: "hue",
  SATURATION: "saturation",
  COLOR: "color",
  LUMINOSITY: "luminosity",
};
/** Canvas has no linear burn: multiply comes nearest. */
export const compositeOf = (mode: string | undefined): GlobalCompositeOperation =>
  mode === "LINEAR_BURN" ? "multiply" : (BLENDS[mode ?? "NORMAL"] ?? "source-over");

/** Paints everything inside the current clip; `box` is what the paints refer to. */
export function paintBox(context: Context, paints: readonly Paint[], box: Box, images: DecodedImages): void {
  for (const paint of paints) {
    if (paint.visible === false) continue;
    context.save();
    context.globalAlpha *= paint.opacity ?? 1;
    if (paint.blendMode !== undefined) context.globalCompositeOperation = compositeOf(paint.blendMode);
    if (paint.type === "SOLID") {
      context.fillStyle = css(paint.color);
      cover(context, box);
    } else if (paint.type === "IMAGE") {
      paintImage(context, paint, box, images);
    } else {
      context.fillStyle = gradient(context, paint, box);
      cover(context, box);
    }
    context.restore();
  }
}

/** More than the box: what is inside the clip but outside the box (strokes) is painted too. */
function cover(context: Context, { x, y, width, height }: Box): void {
  const more = Math.max(width, height, 1000);
  context.fillRect(x - more, y - more, width + 2 * more, height + 2 * more);
}

/** The gradient's axis runs from (0, ½) to (1, ½) in its own space, or out from (½, ½). */
function gradient(context: Context, paint: GradientPaint, box: Box): CanvasGradient {
  const back = invert(paint.gradientTransform);
  const at = (x: number, y: number) => {
    const unit = apply(back, { x, y });
    return { x: box.x + unit.x * box.width, y: box.y + unit.y * box.height };
  };
  const [start, middle, end] = [at(0, 0.5), at(0.5, 0.5), at(1, 0.5)];
  const made =
    paint.type === "GRADIENT_LINEAR"
      ? context.createLinearGradient(start.x, start.y, end.x, end.y)
      : paint.type === "GRADIENT_ANGULAR"
        ? context.createConicGradient(Math.atan2(end.y - middle.y, end.x - middle.x), middle.x, middle.y)
        : context.createRadialGradient(
            middle.x,
            middle.y,
            0,
            middle.x,
            middle.y,
            Math.hypot(end.x - middle.x, end.y - middle.y),
          );
  for (const { position, color } of paint.gradientStops) made.addColorStop(position, css(color, color.a));
  return made;
}

function paintImage(context: Context, paint: ImagePaint, box: Box, images: DecodedImages): void {
  const image = paint.imageHash === null ? undefined : images.find(paint.imageHash);
  if (image === undefined) return;
  context.imageSmoothingQuality = "high";
  const { width, height } = image;
  if (paint.scaleMode === "TILE") {
    const pattern = context.createPattern(image, "repeat");
    if (pattern === null) return;
    pattern.setTransform(new DOMMatrix().translate(box.x, box.y).scale(paint.scalingFactor ?? 1));
    context.fillStyle = pattern;
    cover(context, box);
  } else if (paint.scaleMode === "CROP" && paint.imageTransform !== undefined) {
    const back = invert(paint.imageTransform) as Transform;
    const [[a, c, e], [b, d, f]] = back;
    context.transform(box.width, 0, 0, box.height, box.x, box.y);
    context.transform(a, b, c, d, e, f);
    context.drawImage(image, 0, 0, 1, 1);
  } else {
    const pick = paint.scaleMode === "FIT" ? Math.min : Math.max;
    const turned = (paint.rotation ?? 0) % 180 !== 0;
    const [w, h] = turned ? [height, width] : [width, height];
    const scale = pick(box.width / w, box.height / h);
    context.translate(box.x + box.width / 2, box.y + box.height / 2);
    context.rotate(((paint.rotation ?? 0) * Math.PI) / 180);
    context.drawImage(image, (-width * scale) / 2, (-height * scale) / 2, width * scale, height * scale);
  }
}

/** Shadows and blurs, by the canvas's own filters. */
import type { Effect, ShadowEffect } from "../../host/paint.ts";
import type { NodeRecord } from "../../host/record.ts";
import { css } from "./paints.ts";
import type { Context } from "./surface.ts";

export const shadowsOf = (effects: readonly Effect[]): readonly ShadowEffect[] =>
  effects.filter((effect): effect is ShadowEffect => effect.visible && effect.type === "DROP_SHADOW");

export const blurOf = (effects: readonly Effect[]): number =>
  effects.find((effect) => effect.visible && effect.type === "LAYER_BLUR")?.radius ?? 0;

/** Draws the outline's shadow, and not the outline. `scale` = device pixels per unit: shadows ignore the transform. */
export function dropShadow(
  context: Context,
  shadow: ShadowEffect,
  outline: Path2D,
  node: NodeRecord,
  scale: number,
): void {
  const away = 100_000;
  context.save();
  context.shadowColor = css(shadow.color, shadow.color.a);
  context.shadowBlur = shadow.radius * scale;
  context.shadowOffsetX = shadow.offset.x * scale + away;
  context.shadowOffsetY = shadow.offset.y * scale;
  const spread = shadow.spread ?? 0;
  const now = context.getTransform();
  context.setTransform(new DOMMatrix().translate(-away, 0).multiply(now));
  if (spread !== 0) {
    context.translate(node.width / 2, node.height / 2);
    context.scale(1 + (2 * spread) / node.width, 1 + (2 * spread) / node.height);
    context.translate(-node.width / 2, -node.height / 2);
  }
  context.fillStyle = "#000";
  context.fill(outline);
  context.restore();
}

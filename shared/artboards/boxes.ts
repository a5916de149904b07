/** Upright boxes of any numbers, as far as laying out needs them. */
import type { Rect } from "../geometry.ts";

export const areaOf = ({ width, height }: Rect): number => Math.max(0, width) * Math.max(0, height);

/** What two have in common; of no size where that is nothing. */
export function overlapOf(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/** The smallest one around all. */
export function unionOf(boxes: readonly Rect[]): Rect {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

export const moved = <B extends Rect>(box: B, x: number, y: number): B => ({ ...box, x: box.x + x, y: box.y + y });

/** A thousandth of a pixel is arithmetic. */
const ROUNDING = 1e-3;

export const isWithin = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x - ROUNDING &&
  inner.y >= outer.y - ROUNDING &&
  inner.x + inner.width <= outer.x + outer.width + ROUNDING &&
  inner.y + inner.height <= outer.y + outer.height + ROUNDING;

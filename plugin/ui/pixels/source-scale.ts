import type { Ticket } from "../../bridge.ts";

/** Figma accepts no picture with a longer side. */
const LONGEST_SIDE = 4096;
const MOST_PIXELS = LONGEST_SIDE ** 2;
/**
 * Pixels per canvas pixel at which a picture is taken for a Fill: as many as its own image has, so that not
 * one of its pixels is resampled, within what Figma takes back. The result covers the whole picture at this scale.
 */
export function sourceScale({
  width,
  height,
  naturalScale,
}: Pick<Ticket, "width" | "height" | "naturalScale">): number {
  return Math.min(naturalScale, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

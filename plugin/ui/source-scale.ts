import type { Ticket } from "../bridge.ts";

/** Figma accepts no picture with a longer side. */
const LONGEST_SIDE = 4096;
const MOST_PIXELS = LONGEST_SIDE ** 2;
/** Designs are seen on screens of twice the density: a repair at 1× would look soft beside its surroundings. */
const SCREEN_DENSITY = 2;

/**
 * Pixels per canvas pixel at which a picture is taken for a Fill: as many as its own image has, at least twice the canvas,
 * within what Figma takes back. The result covers the whole picture at this scale: below 1 it would blur what it covers.
 */
export function sourceScale({
  width,
  height,
  naturalScale,
}: Pick<Ticket, "width" | "height" | "naturalScale">): number {
  const wish = Math.max(SCREEN_DENSITY, naturalScale);
  return Math.min(wish, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

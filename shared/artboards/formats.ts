/** The formats that a key visual is adapted to. */
import type { Rect, Size } from "../geometry.ts";

export interface Format extends Size {
  /** What it is called everywhere. */
  readonly name: string;
}

/** In canvas pixels, as the networks that show them ask for them; 728 × 90 is the IAB's leaderboard. */
export const FORMATS: readonly Format[] = [
  { name: "1:1", width: 1080, height: 1080 },
  { name: "4:5", width: 1080, height: 1350 },
  { name: "9:16", width: 1080, height: 1920 },
  { name: "16:9", width: 1920, height: 1080 },
  { name: "4:1", width: 1600, height: 400 },
  { name: "728 × 90", width: 728, height: 90 },
];

/** Of the shorter side. */
const MARGIN = 0.06;
/** Width to height from which on a format is a story: what shows it covers its top and its foot with its own buttons. */
const STORY = 0.62;
/** Of the height: 250 and 340 of 1920 pixels, which Meta's guide for stories asks to keep free. */
const [TOP, FOOT] = [250 / 1920, 340 / 1920];

/** Where everything that must be seen lies, in the format's own pixels. */
export function safeArea({ width, height }: Size): Rect {
  const margin = Math.round(MARGIN * Math.min(width, height));
  const isStory = width / height <= STORY;
  const [top, foot] = isStory ? [Math.round(TOP * height), Math.round(FOOT * height)] : [margin, margin];
  return { x: margin, y: top, width: width - 2 * margin, height: height - top - foot };
}

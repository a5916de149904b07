/** What models that draw a whole picture anew do to it besides what they were asked for. */
import * as v from "valibot";

/** What of it is to be taken away. */
export interface DriftWish {
  /** The result is moved and resized so that what did not change lies where it lay. Default true. */
  readonly place: boolean;
  /** Its colours are brought back to those of what did not change. Default true. */
  readonly color: boolean;
}

export const PLACE_OUTCOMES = ["put-back", "in-place", "unknown"] as const;
export const COLOR_OUTCOMES = ["brought-back", "as-before", "changed", "unknown"] as const;

/** What was measured, and what was done about it. */
export interface Drift {
  /** Of the parts of the picture that show something, the share that the result shows still, 0 … 1. */
  readonly same: number;
  /** "unknown": too little is the same to tell. Absent: not asked for. */
  readonly place?: (typeof PLACE_OUTCOMES)[number];
  /** By how much it was put back: pixels at the model, at its middle, and how many times as large it had become. */
  readonly moved?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** "changed": more than drifts, so that it was asked for. Absent: not asked for. */
  readonly color?: (typeof COLOR_OUTCOMES)[number];
  /** How far colours had drifted that were brought back, levels of 255. */
  readonly levels?: number;
}

export const driftWishSchema = v.strictObject({
  place: v.optional(v.boolean(), true),
  color: v.optional(v.boolean(), true),
});

const finite = v.pipe(v.number(), v.finite());
export const driftSchema: v.GenericSchema<unknown, Drift> = v.strictObject({
  same: v.pipe(finite, v.minValue(0), v.maxValue(1)),
  place: v.optional(v.picklist(PLACE_OUTCOMES)),
  moved: v.optional(v.strictObject({ x: finite, y: finite, width: finite, height: finite })),
  color: v.optional(v.picklist(COLOR_OUTCOMES)),
  levels: v.optional(finite),
});

/** A request's motion as a schema, and the ranges of its numbers. */
import * as v from "valibot";
import { LOOPS, type Motion } from "./request.ts";
import { nameSchema, wholeBetween } from "./request-parts-schema.ts";

/** Frames, and frames a second. */
export const MOTION_LIMITS = { frames: { min: 8, max: 32 }, frameRate: { min: 1, max: 30 } } as const;

export const motionSchema: v.GenericSchema<unknown, Motion> = v.strictObject({
  model: nameSchema,
  frames: v.optional(wholeBetween(MOTION_LIMITS.frames), 16),
  frameRate: v.optional(wholeBetween(MOTION_LIMITS.frameRate), 8),
  loop: v.optional(v.picklist(LOOPS), "ping-pong"),
});

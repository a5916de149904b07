/** A picture made larger: by an upscaler's network, or resampled; then, where it is asked for, drawn over once more for detail. */
import * as v from "valibot";
import type { Size } from "./geometry.ts";
import type { ImageRef, SchedulerChoice } from "./request.ts";
import { between, nameSchema, prompt, REQUEST_LIMITS, scheduler, wholeBetween } from "./request-parts-schema.ts";

export const ENLARGE_LIMITS = {
  factor: { min: 1.25, max: 8 },
  /** Of the result: Figma accepts no picture with a longer side. */
  longest: 4096,
  /** From where on a model draws something else than what is there. */
  strength: { min: 0.05, max: 0.6 },
} as const;

/** A pass of image to image over parts of the larger picture. */
export interface Detail {
  /** The library's id, or (command line only) a path. */
  readonly model: string;
  readonly prompt: string;
  readonly negativePrompt?: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidanceScale: number;
  /** How much may change. Default 0.25. */
  readonly strength: number;
  readonly scheduler: SchedulerChoice;
  /** As a request's. */
  readonly contentFilter?: boolean;
}

export interface EnlargeRequest {
  readonly image: ImageRef;
  /** The longer side becomes so many times as long, rounded to a pixel, and the other one with it. */
  readonly factor: number;
  /** The library's id, or (command line only) a path. Absent: resampled (Lanczos). */
  readonly upscaler?: string;
  /** As large as the image: where it is black the result is transparent. For a whole factor. */
  readonly mask?: ImageRef;
  readonly detail?: Detail;
}

/** Pixels of what becomes `factor` times as large. */
export function enlargedSize({ width, height }: Size, factor: number): Size {
  const longer = Math.max(width, height);
  const side = (length: number) => Math.max(1, Math.round((length * Math.round(longer * factor)) / longer));
  return { width: side(width), height: side(height) };
}

export const enlargeSchema: v.GenericSchema<unknown, EnlargeRequest> = v.strictObject({
  image: nameSchema,
  factor: between(ENLARGE_LIMITS.factor),
  upscaler: v.optional(nameSchema),
  mask: v.optional(nameSchema),
  detail: v.optional(
    v.strictObject({
      model: nameSchema,
      prompt: v.optional(prompt, ""),
      negativePrompt: v.optional(prompt),
      seed: wholeBetween({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      steps: v.optional(wholeBetween(REQUEST_LIMITS.steps), 20),
      guidanceScale: v.optional(between(REQUEST_LIMITS.guidanceScale), 5),
      strength: v.optional(between(ENLARGE_LIMITS.strength), 0.25),
      scheduler: v.optional(scheduler, {}),
      contentFilter: v.optional(v.boolean()),
    }),
  ),
});

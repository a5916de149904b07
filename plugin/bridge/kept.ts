/** What survives closing the plugin. */
import * as v from "valibot";
import { MASK_EDGES, type SchedulerChoice } from "../../shared/request.ts";
import { maskFate, maskShape, PLAIN_SHAPE } from "./mask.ts";
import { layering, ticket } from "./ticket.ts";
import { size } from "./values.ts";

/** BCP 47. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

export const MODES = ["generate", "fill", "edit"] as const;
export type Mode = (typeof MODES)[number];
export const mode = v.picklist(MODES);

/** Of a request: diffusers' names and values. */
const schedulerChoice = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.number())]),
) as v.GenericSchema<unknown, SchedulerChoice>;

const loraUse = v.object({
  /** The library's id. */
  model: v.string(),
  weight: size,
});
export type LoraUse = v.InferOutput<typeof loraUse>;

/** Fields that came later have defaults, so that what an older version saved is still read. */
export const settings = v.object({
  /** Of the interface. Absent: the browser's. */
  language: v.fallback(v.optional(v.picklist(LANGUAGES)), undefined),
  window: v.object({ width: size, height: size }),
  prompt: v.string(),
  model: v.optional(v.string()),
  count: v.number(),
  /** Of several layers at once: their seeds follow from this and from their ids. */
  variation: v.optional(v.number(), 1),
  strength: v.number(),
  detail: v.number(),
  /** What a Fill does at the mask's edge. */
  edge: v.optional(v.picklist(MASK_EDGES), "soft"),
  /** Over how many canvas pixels. Absent: as the mask's size asks for. */
  edgeWidth: v.optional(size),
  /** What the drawn masks mean, and what becomes of them. */
  maskShape: v.optional(maskShape, PLAIN_SHAPE),
  maskFate: v.optional(maskFate, "keep"),
  /** How pictures were put on targets last, by mode and kind of target. */
  layerings: v.optional(v.record(v.string(), layering), {}),
  /** By what pictures were made larger last; absent: by the likeliest that there is. */
  enlargeBy: v.optional(v.string()),
  /** Side lengths at the model relative to its own size. */
  sizeFactor: v.number(),
  negativePrompt: v.string(),
  steps: v.optional(v.number()),
  guidanceScale: v.optional(v.number()),
  /** Absent: the one that is recommended for the model. */
  scheduler: v.fallback(v.optional(schedulerChoice), undefined),
  loras: v.optional(v.array(loraUse), []),
  vae: v.optional(v.string()),
  refiner: v.optional(v.object({ model: v.string(), start: size })),
  clipSkip: v.optional(size, 0),
  guidanceRescale: v.optional(size, 0),
  imageGuidanceScale: v.optional(size, 1.5),
  eta: v.optional(size, 0),
  /** Pictures that repeat without a seam. */
  tiling: v.optional(v.boolean(), false),
  /** Bits of the model's weights, against a shortage of memory. Absent: as many as fit. */
  quantize: v.optional(v.picklist([4, 8, "int8"])),
  contentFilter: v.optional(v.boolean(), false),
  seed: v.number(),
  seedLocked: v.boolean(),
  /** Seconds that one step of one picture took, by model and size, newest figure. */
  pace: v.record(v.string(), v.number()),
});
export type Settings = v.InferOutput<typeof settings>;

export const pairing = v.object({ pairing: v.string(), token: v.string() });
/** What the companion gave us when we paired; proves both sides to each other ever after. */
export type Pairing = v.InferOutput<typeof pairing>;

export const openJob = v.object({
  job: v.string(),
  /** Pictures asked for together share a run. */
  run: v.string(),
  index: v.number(),
  of: v.number(),
  /** One of several layers that are painted into at once: its picture is placed as soon as it is there. */
  batch: v.optional(v.boolean(), false),
  mode,
  ticket,
  /** The recipe that the placed layer will carry, JSON. */
  recipe: v.string(),
  steps: v.number(),
  submittedAt: v.number(),
});
/** A job that the companion still holds for us. */
export type OpenJob = v.InferOutput<typeof openJob>;

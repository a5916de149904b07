/** What survives closing the plugin. */
import * as v from "valibot";
import { FILL_KINDS } from "../../shared/fill-kinds.ts";
import { MASK_EDGES, type SchedulerChoice } from "../../shared/request.ts";
import { artboardChoice } from "./artboard.ts";
import { maskFate, maskShape, PLAIN_SHAPE, textFate } from "./mask.ts";
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

/** One picture's steps and seconds, and bytes that it took of those there were. */
const pastRun = v.object({ steps: v.number(), seconds: v.number(), need: v.optional(size), of: v.optional(size) });

/** Fields that came later have defaults, so that what an older version saved is still read. */
export const settings = v.object({
  /** Of the interface. Absent: the browser's. */
  language: v.fallback(v.optional(v.picklist(LANGUAGES)), undefined),
  window: v.object({ width: size, height: size }),
  prompt: v.string(),
  /** Of pictures that were asked for, newest first. */
  recentPrompts: v.fallback(v.optional(v.array(v.string()), []), []),
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
  /** What a Fill is for. Absent: as its words and its mask say. */
  fillKind: v.fallback(v.optional(v.picklist(FILL_KINDS)), undefined),
  /** True where nothing of the library helps the chosen model to fill. */
  fillAlone: v.optional(v.boolean(), false),
  /** What the drawn masks mean, and what becomes of them. */
  maskShape: v.optional(maskShape, PLAIN_SHAPE),
  maskFate: v.optional(maskFate, "keep"),
  /** Of texts that are painted into pictures: how far they are printed, 0 … 1, until which share of the steps they steer, and what becomes of their layers. */
  textStrength: v.optional(size, 0.75),
  textEnd: v.optional(size, 1),
  textFate: v.optional(textFate, "hide"),
  /** Whether the model sees the texts that stay above the picture. */
  seesTexts: v.optional(v.boolean(), false),
  /** How pictures were put on targets last, by mode and kind of target. */
  layerings: v.optional(v.record(v.string(), layering), {}),
  /** Ids of models and add-ons of which the designer knows that their pictures must not be used for everything. */
  knownLicences: v.optional(v.array(v.string()), []),
  /** By what pictures were made larger last; absent: by the likeliest that there is. */
  enlargeBy: v.optional(v.string()),
  /** Of a loop; 0: pictures stand still. */
  loopSeconds: v.fallback(v.optional(v.picklist([0, 2, 3, 4]), 0), 0),
  /** Layers that pictures are taken apart into, in Edit; 0: they are changed. */
  splitInto: v.fallback(v.optional(size, 0), 0),
  /** Whether their layers are as fine as the model can draw them. */
  splitFinely: v.optional(v.boolean(), false),
  /** Of the last set of formats. Absent: none was made. */
  artboards: v.fallback(v.optional(artboardChoice), undefined),
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
  /** What is taken away of how a picture drifts that a model draws anew after another. */
  drift: v.optional(v.object({ place: v.boolean(), color: v.boolean() }), { place: true, color: true }),
  /** Whether a model that sees references is told what each is for. */
  tellsRoles: v.optional(v.boolean(), true),
  eta: v.optional(size, 0),
  /** Pictures that repeat without a seam. */
  tiling: v.optional(v.boolean(), false),
  /** Whether pictures are drafts, to be finished where they are good. */
  draft: v.optional(v.boolean(), false),
  /** Bits of the model's weights, against a shortage of memory. Absent: as many as fit. */
  quantize: v.optional(v.picklist([4, 8, "int8"])),
  /** Colours that results are brought to, "#rrggbb", and how far. Absent: as the model makes them. */
  palette: v.fallback(v.optional(v.object({ colors: v.array(v.string()), strength: size })), undefined),
  contentFilter: v.optional(v.boolean(), false),
  seed: v.number(),
  seedLocked: v.boolean(),
  /** What pictures took on this machine, by their kind of work; what was not used for the longest time comes first. */
  experience: v.fallback(v.optional(v.record(v.string(), v.array(pastRun)), {}), {}),
});
export type Settings = v.InferOutput<typeof settings>;
export type Experience = Settings["experience"];

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

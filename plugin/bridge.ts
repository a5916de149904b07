/**
 * Everything that the plugin's two halves say to each other: main (Figma's sandbox: knows the document) and ui (the
 * iframe: knows the companion).
 *
 * The ui asks with a `call`, main answers with a `reply` that carries either the output or a Problem; main announces on
 * its own with an `event`. Both sides check what arrives against the schemas below. One image a message, always as a
 * Uint8Array (Figma lets nothing else binary through).
 */
import * as v from "valibot";
import { PROBLEM_CODES, type ProblemCode } from "../shared/problem.ts";
import type { SchedulerChoice } from "../shared/request.ts";

const bytes = v.custom<Uint8Array>(
  (value) => Object.prototype.toString.call(value) === "[object Uint8Array]",
  "expected bytes",
);
const nodeId = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const size = v.pipe(v.number(), v.finite());
const triple = v.tuple([size, size, size]);
const affine = v.tuple([triple, triple]);
const rect = v.object({ x: size, y: size, width: size, height: size });
const problem = v.object({
  code: v.picklist(Object.keys(PROBLEM_CODES) as ProblemCode[]),
  message: v.string(),
});

// ---- what is selected ---------------------------------------------------------------------------------------------

const layer = v.object({
  id: nodeId,
  name: v.string(),
  /** What a designer calls it: "Frame", "Image", "Text", … */
  kind: v.string(),
  /** Its own size, before any rotation, in canvas pixels. */
  width: size,
  height: size,
  /** True where the layer shows something that can be changed (an image, children, text); false for an empty shape. */
  hasPicture: v.boolean(),
  /** Changes whenever the layer changes: a thumbnail of another fingerprint is out of date. */
  fingerprint: v.string(),
});
export type LayerInfo = v.InferOutput<typeof layer>;

const selection = v.variant("kind", [
  v.object({ kind: v.literal("none"), page: v.string() }),
  /**
   * One target; with `mask`, a layer above it that says where to repaint. `under`: where the target is a shape over a
   * picture, that picture; Fill repaints what the shape covers of it. `recipe`: how the target was made.
   */
  v.object({
    kind: v.literal("target"),
    target: layer,
    mask: v.optional(layer),
    under: v.optional(layer),
    recipe: v.optional(v.string()),
  }),
  v.object({ kind: v.literal("several"), layers: v.array(layer), total: v.number() }),
  v.object({ kind: v.literal("unsupported"), name: v.string(), problem }),
]);
export type SelectionInfo = v.InferOutput<typeof selection>;

// ---- what a job remembers of its target ---------------------------------------------------------------------------

const ticket = v.object({
  /** The file's name: node ids of another file mean other layers. */
  document: v.string(),
  target: nodeId,
  mask: v.optional(nodeId),
  name: v.string(),
  width: size,
  height: size,
  /** The target's place on the page. */
  transform: affine,
  fingerprint: v.string(),
  /** Source pixels per canvas pixel at which the target's own image loses nothing; 2 where it has none. */
  naturalScale: size,
});
/** The target as it was when the job was submitted. */
export type Ticket = v.InferOutput<typeof ticket>;

const layerExport = v.object({
  /** PNG, sRGB. */
  bytes,
  /** The upright rectangle of the page that the picture covers. */
  box: rect,
});
export type LayerExport = v.InferOutput<typeof layerExport>;

const vectorPath = v.object({ windingRule: v.picklist(["NONZERO", "EVENODD", "NONE"]), data: v.string() });

const shapeOutline = v.object({
  /** From the shape's own space to the page. */
  transform: affine,
  /** What its fill covers, in its own space; empty where nothing fills it. */
  fill: v.array(vectorPath),
  /** What its stroke covers. */
  stroke: v.array(vectorPath),
  /** Canvas pixels; 0 where it has none. */
  strokeWeight: size,
  /** True where the fill hides what lies under it. */
  covers: v.boolean(),
});
export type ShapeOutline = v.InferOutput<typeof shapeOutline>;

/** A layer as the shapes that it is made of, back to front. */
const drawing = v.object({
  /** The upright rectangle of the page that the layer covers. */
  box: rect,
  shapes: v.array(shapeOutline),
});
export type Drawing = v.InferOutput<typeof drawing>;

/** A point of the page, and the layer (or page) that is there. */
const spot = v.object({ x: size, y: size, inside: nodeId });
export type Spot = v.InferOutput<typeof spot>;

const where = v.union([v.picklist(["over", "beside"]), spot]);
/** Over the target, beside it as a new layer, or with its middle on a spot where the designer dropped it. */
export type Where = v.InferOutput<typeof where>;

// ---- what survives closing the plugin -----------------------------------------------------------------------------

export const MODES = ["generate", "fill", "edit"] as const;
export type Mode = (typeof MODES)[number];
const mode = v.picklist(MODES);

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
const settings = v.object({
  window: v.object({ width: size, height: size }),
  prompt: v.string(),
  model: v.optional(v.string()),
  count: v.number(),
  strength: v.number(),
  detail: v.number(),
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
  /** Bits of the model's weights, against a shortage of memory. Absent: as many as fit. */
  quantize: v.optional(v.picklist([4, 8])),
  contentFilter: v.optional(v.boolean(), false),
  seed: v.number(),
  seedLocked: v.boolean(),
  /** Seconds that one step of one picture took, by model and size, newest figure. */
  pace: v.record(v.string(), v.number()),
});
export type Settings = v.InferOutput<typeof settings>;

const pairing = v.object({ pairing: v.string(), token: v.string() });
/** What the companion gave us when we paired; proves both sides to each other ever after. */
export type Pairing = v.InferOutput<typeof pairing>;

const openJob = v.object({
  job: v.string(),
  /** Pictures asked for together share a run. */
  run: v.string(),
  index: v.number(),
  of: v.number(),
  mode,
  ticket,
  /** The recipe that the placed layer will carry, JSON. */
  recipe: v.string(),
  steps: v.number(),
  submittedAt: v.number(),
});
/** A job that the companion still holds for us. */
export type OpenJob = v.InferOutput<typeof openJob>;

const check = v.object({
  name: v.string(),
  outcome: v.picklist(["as assumed", "differs", "failed"]),
  detail: v.string(),
});
/** One line of the self-test's report. */
export type Check = v.InferOutput<typeof check>;

// ---- calls and events ---------------------------------------------------------------------------------------------

const nothing = v.object({});

export const CALLS = {
  /** The first call: everything the ui needs to begin. */
  start: {
    input: nothing,
    output: v.object({
      command: v.string(),
      document: v.string(),
      selection,
      settings: v.nullable(settings),
      pairing: v.nullable(pairing),
      jobs: v.array(openJob),
    }),
  },
  /** A small PNG of a layer, at most 192 pixels a side. */
  thumbnail: { input: v.object({ node: nodeId }), output: v.object({ bytes }) },
  /** Remember the target (and mask) as they are now. */
  "take-ticket": { input: v.object({ target: nodeId, mask: v.optional(nodeId) }), output: ticket },
  /**
   * A layer's pixels. "box" covers exactly the layer's own box; "rendered" also strokes that stick out. `without`: a layer
   * inside it that is not to be seen (the mask, where it was drawn inside the picture's frame).
   */
  "export-layer": {
    input: v.object({
      node: nodeId,
      scale: size,
      bounds: v.picklist(["box", "rendered"]),
      without: v.optional(nodeId),
    }),
    output: layerExport,
  },
  /** The outlines of a layer that is made of shapes; null where pictures, masks or cut-off parts make it more than those. */
  "read-outlines": { input: v.object({ node: nodeId }), output: v.object({ drawing: v.nullable(drawing) }) },
  /** Put a result over its target, beside it, or where it was dropped. One undo step. */
  "place-layer": {
    input: v.object({ ticket, bytes, name: v.string(), recipe: v.string(), where }),
    output: v.object({ node: nodeId, note: v.optional(v.string()) }),
  },
  /**
   * Select the layers that a recipe was made from; those that are gone are left out, and so are those that hold another one
   * of them, since Figma selects no layer together with one inside it.
   */
  "select-layers": {
    input: v.object({ nodes: v.array(nodeId) }),
    output: v.object({ found: v.array(nodeId), selection }),
  },
  /** What the layers of these ids are now; those that are gone are left out. */
  "describe-layers": { input: v.object({ nodes: v.array(nodeId) }), output: v.object({ layers: v.array(layer) }) },
  save: {
    input: v.variant("slot", [
      v.object({ slot: v.literal("settings"), value: settings }),
      v.object({ slot: v.literal("pairing"), value: v.nullable(pairing) }),
      v.object({ slot: v.literal("job"), value: openJob }),
      v.object({ slot: v.literal("finished-job"), value: v.string() }),
    ]),
    output: nothing,
  },
  resize: { input: v.object({ width: size, height: size }), output: nothing },
  close: { input: nothing, output: nothing },
  "self-test": { input: nothing, output: v.object({ checks: v.array(check) }) },
} as const;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = v.InferOutput<(typeof CALLS)[N]["input"]>;
export type CallOutput<N extends CallName> = v.InferOutput<(typeof CALLS)[N]["output"]>;

const event = v.variant("type", [
  v.object({ type: v.literal("selection"), selection }),
  /** The result of this job was dragged out of the interface and dropped on the canvas. */
  v.object({ type: v.literal("dropped"), job: v.string(), spot }),
]);
export type BridgeEvent = v.InferOutput<typeof event>;

/** ui → main. `input` is checked against the call's own schema. */
export const CallMessage = v.object({
  kind: v.literal("call"),
  id: v.number(),
  name: v.picklist(Object.keys(CALLS) as CallName[]),
  input: v.unknown(),
});

/** main → ui. `output` is checked against the call's own schema. */
export const MainMessage = v.variant("kind", [
  v.object({ kind: v.literal("reply"), id: v.number(), output: v.optional(v.unknown()), problem: v.optional(problem) }),
  v.object({ kind: v.literal("event"), event }),
]);
export type MainMessage = v.InferOutput<typeof MainMessage>;

export const SettingsSchema = settings;
export const PairingSchema = pairing;
export const OpenJobSchema = openJob;

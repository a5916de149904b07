/** What is selected. */
import * as v from "valibot";
import { margins, nodeId, problem, size } from "./values.ts";

export const layer = v.object({
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
  /** How wide its lines are, canvas pixels, where it shows nothing but lines. */
  line: v.optional(size),
  /** Pixels to one of the canvas at which it, or what it lies in, is set up to be exported; the largest of several. */
  exportScale: v.optional(size),
  /** The job whose picture the layer shows, where one was placed as it. */
  job: v.optional(v.string()),
});
export type LayerInfo = v.InferOutput<typeof layer>;

const named = v.object({ id: nodeId, name: v.string() });

const namedText = v.object({ name: v.string(), text: v.string() });
/** A text layer in a layer, or next to it: what it is called and what it says. */
export type NamedText = v.InferOutput<typeof namedText>;

/** Texts that a prompt can take words from: those inside the layer first, then the nearest of each name beside it. */
const texts = v.array(namedText);

const textOver = v.object({
  ...{ id: nodeId, name: v.string(), text: v.string() },
  /** True where its layer was hidden as its letters were put into a picture. */
  hidden: v.optional(v.literal(true)),
});
/** A text layer that is seen over what is painted, and the beginning of what it says. */
export type TextOver = v.InferOutput<typeof textOver>;
const textsOver = v.optional(v.array(textOver));

export const targetLayer = v.object({
  id: nodeId,
  name: v.string(),
  kind: v.string(),
  width: size,
  height: size,
  hasPicture: v.boolean(),
  exportScale: v.optional(size),
  texts,
  textsOver,
});
/** One of several layers that are painted into at once. */
export type TargetLayer = v.InferOutput<typeof targetLayer>;

export const selection = v.variant("kind", [
  v.object({ kind: v.literal("none"), page: v.string() }),
  /**
   * One target; with `mask`, a layer above it that says where to repaint. `under`: where the target is a shape over a
   * picture, that picture; Fill repaints what the shape covers of it. `beyond`: how the masks (or the shape) leave the
   * picture. `inside`: where the target is a frame with one picture in it that is smaller, that picture; `room`: how far the frame
   * around the picture goes beyond it. `holds`: where the target is a group of a
   * picture and of shapes over it, these, the topmost shape first. `recipe`: how the target was made.
   */
  v.object({
    kind: v.literal("target"),
    target: layer,
    mask: v.optional(layer),
    /** More shapes over the target: together they are the mask. */
    alsoMasks: v.optional(v.array(layer)),
    under: v.optional(layer),
    beyond: v.optional(v.picklist(["partly", "around"])),
    inside: v.optional(layer),
    holds: v.optional(v.object({ picture: layer, masks: v.array(layer) })),
    room: v.optional(margins),
    recipe: v.optional(v.string()),
    /** True where it has a picture that a set of formats can be made of. */
    isVisual: v.optional(v.boolean()),
    texts: v.optional(texts),
    textsOver,
  }),
  /**
   * `layers`: the first of them. `targets`: all, in the order in which one reads; none where `refused` says why they can't be
   * painted into together.
   */
  v.object({
    kind: v.literal("several"),
    layers: v.array(layer),
    total: v.number(),
    targets: v.array(targetLayer),
    refused: v.optional(problem),
    /** Shapes over more than one of the selected pictures: which is meant must be said. */
    question: v.optional(v.object({ masks: v.array(named), pictures: v.array(named) })),
  }),
  v.object({ kind: v.literal("unsupported"), name: v.string(), problem }),
]);
export type SelectionInfo = v.InferOutput<typeof selection>;

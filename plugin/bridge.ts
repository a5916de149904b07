/**
 * Everything that the plugin's two halves say to each other: main (Figma's sandbox: knows the document) and ui (the
 * iframe: knows the companion).
 *
 * The ui asks with a `call`, main answers with a `reply` that carries either the output or a Problem; main announces on
 * its own with an `event`. Both sides check what arrives against the schemas below. One image a message, always as a
 * Uint8Array (Figma lets nothing else binary through).
 */
import * as v from "valibot";
import { SPLIT_LIMITS } from "../shared/split.ts";
import { boardOrder, keyVisual, MOST_BOARDS, madeBoard } from "./bridge/artboard.ts";
import { character, characterName, placedPicture, referenceNote } from "./bridge/character.ts";
import { openJob, pairing, settings } from "./bridge/kept.ts";
import { maskFate, maskLayer, textFate } from "./bridge/mask.ts";
import { drawing, exportOrder, layerExport } from "./bridge/pixels.ts";
import { quickAction } from "./bridge/quick-action.ts";
import { layer, selection } from "./bridge/selection.ts";
import { fit, layering, spot, ticket, where } from "./bridge/ticket.ts";
import { bytes, margins, nodeId, problem, size } from "./bridge/values.ts";

export * from "./bridge/artboard.ts";
export * from "./bridge/character.ts";
export * from "./bridge/kept.ts";
export * from "./bridge/mask.ts";
export * from "./bridge/pixels.ts";
export * from "./bridge/quick-action.ts";
export * from "./bridge/selection.ts";
export * from "./bridge/ticket.ts";
export { type Margins, margins, rect } from "./bridge/values.ts";

const check = v.object({
  name: v.string(),
  outcome: v.picklist(["as assumed", "differs", "failed"]),
  detail: v.string(),
});
/** One line of the self-test's report. */
export type Check = v.InferOutput<typeof check>;

const nothing = v.object({});

/** Of one sheet. */
export const MOST_FRAMES = 24;
/** Of one picture. */
const MOST_LAYERS = SPLIT_LIMITS.max;

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
      /** By which the companion finds the file's pictures; absent: none were ever kept. */
      file: v.optional(v.string()),
      /** What Figma's quick actions gave, or why that can't be used. */
      asked: v.optional(quickAction),
      problem: v.optional(problem),
    }),
  },
  /** Gives the file this id where it has none; answers with the one that it has. */
  "name-file": { input: v.object({ id: v.string() }), output: v.object({ file: v.string() }) },
  /** Before and after on the canvas: hides a job's picture where it is placed, until it is to be shown again. No step of undo. */
  compare: {
    input: v.object({ layers: v.array(nodeId), job: v.string(), show: v.picklist(["before", "after"]) }),
    output: nothing,
  },
  /** A small PNG of a layer, at most 192 pixels a side. */
  thumbnail: { input: v.object({ node: nodeId }), output: v.object({ bytes }) },
  /** Remember the target (and its masks) as they are now. */
  "take-ticket": {
    input: v.object({
      ...{ target: nodeId, mask: v.optional(nodeId), alsoMasks: v.optional(v.array(nodeId)) },
      /** How far beyond the target; "masks": as far as its masks go. */
      expand: v.optional(v.union([margins, v.literal("masks")])),
      ...{
        texts: v.optional(v.array(nodeId)),
        painted: v.optional(v.array(nodeId)),
        seesTexts: v.optional(v.boolean()),
      },
    }),
    output: ticket,
  },
  /** Tell from now on when this layer, or what lies in it, is edited: one at a time; null: none. */
  "watch-layer": { input: v.object({ node: v.nullable(nodeId) }), output: nothing },
  /**
   * A layer's pixels. "box" covers exactly the layer's own box; "rendered" also strokes that stick out. `without`: layers
   * inside it that are not to be seen (masks, where they were drawn inside the picture's frame).
   */
  "export-layer": { input: exportOrder, output: layerExport },
  /** The bytes of an image of the file, as they were put into it: PNG, JPEG or GIF. */
  "read-image": { input: v.object({ hash: v.string() }), output: v.object({ bytes }) },
  /** Several, in order. */
  "export-layers": {
    input: v.object({ layers: v.array(exportOrder) }),
    output: v.object({ exports: v.array(layerExport) }),
  },
  /** The outlines of a layer that is made of shapes; null where pictures, masks or cut-off parts make it more than those. */
  "read-outlines": { input: v.object({ node: nodeId }), output: v.object({ drawing: v.nullable(drawing) }) },
  /**
   * Put a result over its target, beside it, or where it was dropped. One undo step. `replaces`: layers that show other pictures
   * of the same run; over the target, the first of them that is there shows this one from now on. `layers`: it is a group of these,
   * the bottom one first, in the place of `bytes`; nothing is replaced then.
   */
  "place-layer": {
    input: v.object({
      ...{ ticket, bytes, name: v.string(), recipe: v.string(), where, fit },
      layers: v.optional(
        v.pipe(v.array(v.object({ bytes, name: v.string() })), v.minLength(1), v.maxLength(MOST_LAYERS)),
      ),
      ...{ layering, job: v.string(), replaces: v.array(nodeId) },
      /** Absent: they stay as they are. */
      maskFate: v.optional(maskFate),
      /** What becomes of the text layers that are painted in it. Absent: they stay as they are. */
      textFate: v.optional(textFate),
    }),
    output: v.object({ node: nodeId, note: v.optional(v.string()) }),
  },
  /** Put a picture from outside on the page as a layer of its own. One undo step. */
  "add-image": {
    input: v.object({ bytes, name: v.string(), width: size, height: size }),
    output: v.object({ layer }),
  },
  /** Take a picture away that became one of a layer's fills: the fills are those from before. One undo step. */
  "revert-fill": { input: v.object({ node: nodeId }), output: nothing },
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
  /** What layers that say where are now, and what they cover where their outlines say so; those that are gone are left out. */
  "describe-masks": { input: v.object({ nodes: v.array(nodeId) }), output: v.object({ layers: v.array(maskLayer) }) },
  /** The file's characters: those that are known of in it and those of this page; "all": also those of every other page. */
  "list-characters": {
    input: v.object({ pages: v.picklist(["known", "all"]) }),
    output: v.object({ characters: v.array(character) }),
  },
  /**
   * Makes a character of layers: of a section or frame of pictures itself, of others by pictures of them in a new section beside
   * them. One undo step.
   */
  "save-character": {
    input: v.object({ nodes: v.array(nodeId), name: characterName }),
    output: v.object({ node: nodeId, copied: v.boolean() }),
  },
  /** Puts pictures of layers into a character. One undo step. */
  "add-references": { input: v.object({ character: nodeId, nodes: v.array(nodeId) }), output: nothing },
  /** How a layer of a character counts. One undo step. */
  "set-reference": { input: v.object({ layer: nodeId, note: referenceNote }), output: nothing },
  /** Empty frames of one size, each with its name, in free space beside a layer. One undo step. */
  "make-frames": {
    input: v.object({
      names: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(MOST_FRAMES)),
      ...{ width: size, height: size, beside: nodeId },
    }),
    output: v.object({ frames: v.array(layer) }),
  },
  /** What of a layer goes into other formats. */
  "read-key-visual": { input: v.object({ node: nodeId }), output: keyVisual },
  /** Frames in other formats beside a key visual, each with its picture and copies of the layers over it. One undo step. */
  "make-artboards": {
    input: v.object({
      ...{ node: nodeId, picture: nodeId },
      boards: v.pipe(v.array(boardOrder), v.minLength(1), v.maxLength(MOST_BOARDS)),
    }),
    output: v.object({ boards: v.array(madeBoard) }),
  },
  /** The colours of the file's styles and variables, "#rrggbb", each once. */
  "read-palette": {
    input: nothing,
    output: v.object({ colors: v.array(v.object({ name: v.string(), color: v.string() })) }),
  },
  /** Pictures of ours on all pages, newest first of what there is. Every page is loaded. */
  "placed-pictures": { input: nothing, output: v.object({ pictures: v.array(placedPicture) }) },
  /** Goes to a layer, whichever page it is on, and selects it. */
  "show-layer": { input: v.object({ node: nodeId }), output: nothing },
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
  /** `around`: layers that everything selected is, or lies in. */
  v.object({ type: v.literal("selection"), selection, around: v.array(nodeId) }),
  /** The watched layer looks different, or may. */
  v.object({ type: v.literal("edited"), node: nodeId }),
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

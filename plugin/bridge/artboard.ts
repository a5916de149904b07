/** A key visual, and the frames in other formats that are made of it. */
import * as v from "valibot";
import { layer } from "./selection.ts";
import { nodeId, rect, size } from "./values.ts";

const side = v.pipe(size, v.minValue(1), v.maxValue(20_000));

/** What lies over the picture. Box: upright, in the key visual's own space. */
const overLayer = v.object({
  ...{ id: nodeId, name: v.string() },
  ...rect.entries,
  /** Of the largest text in it, canvas pixels; absent: there is none. */
  fontSize: v.optional(size),
});
export type VisualLayer = v.InferOutput<typeof overLayer>;

export const keyVisual = v.object({
  /** The layer that is adapted: the picture itself, or a frame around it. */
  ...{ id: nodeId, name: v.string(), width: size, height: size },
  /** Box: in the key visual's own space. */
  picture: v.object({ id: nodeId, name: v.string(), ...rect.entries }),
  /** Back to front. */
  layers: v.array(overLayer),
  /** Names of layers over the picture that have no place in another format: they lie all over it. */
  leftOut: v.array(v.string()),
});
export type KeyVisual = v.InferOutput<typeof keyVisual>;

/** Of one set. */
export const MOST_BOARDS = 12;

export const boardOrder = v.object({
  ...{ name: v.string(), width: side, height: side },
  /** In the frame. */
  picture: rect,
  /** Copies of these, moved so far from where they are in the key visual. */
  layers: v.array(v.object({ id: nodeId, x: size, y: size })),
});

export const madeBoard = v.object({ frame: layer, picture: layer });
export type MadeBoard = v.InferOutput<typeof madeBoard>;

const format = v.object({ width: side, height: side });

/** What was chosen for the last set. */
export const artboardChoice = v.object({
  /** Names of formats. */
  formats: v.array(v.string()),
  own: v.optional(format),
  /** 0: the whole picture is seen, 1: as much of it as fills the format. */
  closeness: v.pipe(size, v.minValue(0), v.maxValue(1)),
});
export type ArtboardChoice = v.InferOutput<typeof artboardChoice>;

/** What layers look like: as pixels, and as the shapes that they are made of. */
import * as v from "valibot";
import { affine, bytes, nodeId, rect, size } from "./values.ts";

export const exportOrder = v.object({
  node: nodeId,
  /** Pixels per canvas pixel. */
  scale: size,
  bounds: v.picklist(["box", "rendered"]),
  without: v.optional(v.array(nodeId)),
  /** A layer that is hidden is shown for the time of the export: a mask that was put out of sight still says where. */
  evenHidden: v.optional(v.boolean()),
  /** Pictures inside it that were placed for it are not to be seen. */
  withoutResults: v.optional(v.boolean()),
});

export const layerExport = v.object({
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
export const drawing = v.object({
  /** The upright rectangle of the page that the layer covers. */
  box: rect,
  shapes: v.array(shapeOutline),
});
export type Drawing = v.InferOutput<typeof drawing>;

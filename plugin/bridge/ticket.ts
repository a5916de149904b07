/** What a job remembers of its target, and where its picture goes. */
import * as v from "valibot";
import { affine, nodeId, size } from "./values.ts";

export const ticket = v.object({
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

/** A point of the page, and the layer (or page) that is there. */
export const spot = v.object({ x: size, y: size, inside: nodeId });
export type Spot = v.InferOutput<typeof spot>;

export const where = v.union([v.picklist(["over", "over anyway", "beside"]), spot]);
/** Over the target if it still shows the same, or in any case, beside it as a new layer, or with its middle on a spot where the designer dropped it. */
export type Where = v.InferOutput<typeof where>;

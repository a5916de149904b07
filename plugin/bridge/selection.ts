/** What is selected. */
import * as v from "valibot";
import { nodeId, problem, size } from "./values.ts";

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
  /** The job whose picture the layer shows, where one was placed as it. */
  job: v.optional(v.string()),
});
export type LayerInfo = v.InferOutput<typeof layer>;

export const selection = v.variant("kind", [
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

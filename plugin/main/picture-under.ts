import { renderBoundsOf } from "./layer.ts";
import { showsPicture } from "./shows-picture.ts";

/**
 * The topmost picture that is painted before the shape and that the shape's bounds meet: a layer beside it, one inside such a
 * layer, or the frame that it was drawn in, whichever comes first on the way down. Null where it lies over no picture.
 */
export function pictureUnder(shape: SceneNode): SceneNode | null {
  for (let at: BaseNode = shape; at.parent !== null && at.type !== "PAGE"; at = at.parent) {
    const { id, parent } = at;
    const place = parent.children.findIndex((child) => child.id === id);
    const beside = topmost((parent.children as readonly SceneNode[]).slice(0, place), shape);
    if (beside !== null) return beside;
    if (parent.type !== "PAGE" && showsPicture(parent as SceneNode) && overlap(parent as SceneNode, shape))
      return parent as SceneNode;
  }
  return null;
}

/** The last painted of the layers, or of those inside them, that shows a picture where the shape is. */
function topmost(layers: readonly SceneNode[], shape: SceneNode): SceneNode | null {
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    if (!layer.visible || !overlap(layer, shape)) continue;
    const inside = "children" in layer ? topmost(layer.children, shape) : null;
    if (inside !== null) return inside;
    if (showsPicture(layer)) return layer;
  }
  return null;
}

/** True where the shape, with its strokes, meets the layer's box. */
export function overlap(layer: SceneNode, shape: SceneNode): boolean {
  const p = layer.absoluteBoundingBox;
  const q = renderBoundsOf(shape) ?? shape.absoluteBoundingBox;
  if (p === null || q === null) return false;
  return p.x < q.x + q.width && q.x < p.x + p.width && p.y < q.y + q.height && q.y < p.y + p.height;
}

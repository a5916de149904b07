import type { CallInput } from "../bridge.ts";
import { imageLayer, shownPicture } from "./image-layer.ts";

/** What is put on the canvas as one: a layer that shows a picture, or a group of such layers. */
export type PlacedLayer = RectangleNode | EllipseNode | GroupNode;

/** Those that show pictures. */
export const shownIn = (layer: PlacedLayer): readonly (RectangleNode | EllipseNode)[] =>
  layer.type === "GROUP" ? (layer.children as readonly (RectangleNode | EllipseNode)[]) : [layer];

/**
 * A new group on the current page of layers that lie over each other, the first at the bottom, each as large as the target and in its
 * outline where that is a simple one. Upright at the page's corner: wherever it is put, they go along. Problem "image-not-readable".
 */
export function layerGroup(
  target: SceneNode | null,
  layers: NonNullable<CallInput<"place-layer">["layers"]>,
  { ticket, fit }: Pick<CallInput<"place-layer">, "ticket" | "fit">,
): GroupNode {
  const made: (RectangleNode | EllipseNode)[] = [];
  try {
    for (const { bytes, name } of layers) {
      const layer = imageLayer(target, shownPicture(target, { ticket, bytes, fit }));
      layer.name = name;
      made.push(layer);
    }
    return figma.group(made, figma.currentPage);
  } catch (error) {
    for (const layer of made) layer.remove();
    throw error;
  }
}

import type { OwnPicture } from "../bridge.ts";

/** Figma makes no larger pictures: what changed of a larger one could not be put back. */
const LONGEST_SIDE = 4096;

/** What the ticket keeps of an image paint. */
type Shown = { readonly hash: string; readonly paint: OwnPicture["paint"] };

/**
 * The image paint of a layer that shows this one picture and nothing else, so that its image's own pixels can be worked on:
 * undefined where anything else is drawn too (another paint, a stroke, an effect, a layer inside), where it is seen through,
 * and for pictures in texts. `except`: layers inside that do not count (masks, drawn inside the picture's frame).
 */
export function onlyImageOf(node: SceneNode, except: readonly string[]): Shown | undefined {
  if (node.type === "TEXT" || !("fills" in node) || !Array.isArray(node.fills)) return undefined;
  const [paint, ...others] = (node.fills as readonly Paint[]).filter(isSeen);
  if (paint?.type !== "IMAGE" || paint.imageHash === null || others.length > 0) return undefined;
  if ((paint.opacity ?? 1) < 1 || (paint.blendMode ?? "NORMAL") !== "NORMAL") return undefined;
  if ("strokes" in node && node.strokes.some(isSeen)) return undefined;
  if ("effects" in node && node.effects.some((effect) => effect.visible && effect.type !== "DROP_SHADOW"))
    return undefined;
  if ("children" in node && node.children.some(({ id, visible }) => visible && !except.includes(id))) return undefined;
  const { scaleMode, imageTransform, scalingFactor, rotation, filters } = paint;
  if (scaleMode === "CROP" && imageTransform === undefined) return undefined;
  // A turned tile is not unrolled.
  if (scaleMode === "TILE" && (rotation ?? 0) % 360 !== 0) return undefined;
  return {
    hash: paint.imageHash,
    paint: {
      scaleMode,
      ...(imageTransform && { imageTransform: [[...imageTransform[0]], [...imageTransform[1]]] }),
      ...(scalingFactor !== undefined && { scalingFactor }),
      ...(rotation !== undefined && { rotation }),
      ...(filters && { filters: { ...filters } }),
    },
  };
}

/** False where the image is larger, tiles unrolled, than Figma takes back. */
export function fitsBack({ width, height, paint }: OwnPicture, layer: Pick<SceneNode, "width" | "height">): boolean {
  const { scaleMode, scalingFactor = 1 } = paint;
  const sides = scaleMode === "TILE" ? [layer.width / scalingFactor, layer.height / scalingFactor] : [width, height];
  return Math.max(...sides) <= LONGEST_SIDE;
}

const isSeen = ({ visible, opacity }: Paint) => visible !== false && opacity !== 0;

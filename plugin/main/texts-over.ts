import type { TextOver } from "../bridge.ts";
import { inPaintOrder } from "./paint-order.ts";
import { overlap } from "./picture-under.ts";

/** Of pluginData: the layer into whose picture a text was painted. */
export const PAINTED_KEY = "painted";

const MOST_TEXTS = 24;
const MOST_CHARACTERS = 60;

type AnyText = TextNode | TextPathNode;

/**
 * The texts that are seen over a region of a picture: those in the picture, and those that are painted after it, from the first
 * painted to the last. `regions`: layers that say where (the picture itself, or masks over it); none of them counts as a text.
 */
export function textsOver(picture: SceneNode, regions: readonly SceneNode[]): TextOver[] {
  const isOver = (text: AnyText) =>
    isSeen(text) && !regions.some(({ id }) => id === text.id) && regions.some((region) => overlap(text, region));
  return [...textsIn(picture), ...textsAfter(picture, regions)]
    .filter(isOver)
    .sort((a, b) => (a.id !== b.id && inPaintOrder(a, b)[0].id === a.id ? -1 : 1))
    .slice(0, MOST_TEXTS)
    .map((text) => ({
      ...{ id: text.id, name: text.name, text: text.characters.trim().slice(0, MOST_CHARACTERS) },
      ...(!text.visible && { hidden: true as const }),
    }));
}

function textsIn(node: SceneNode): AnyText[] {
  return "findAllWithCriteria" in node ? node.findAllWithCriteria({ types: ["TEXT", "TEXT_PATH"] }) : [];
}

/** In what lies later in the picture's own container, and in those around it. */
function textsAfter(picture: SceneNode, regions: readonly SceneNode[]): AnyText[] {
  const texts: AnyText[] = [];
  for (let at: BaseNode = picture; at.parent !== null && at.type !== "PAGE"; at = at.parent) {
    const { id, parent } = at;
    const after = (parent.children as readonly SceneNode[]).slice(
      parent.children.findIndex((one) => one.id === id) + 1,
    );
    for (const layer of after) {
      const isText = layer.type === "TEXT" || layer.type === "TEXT_PATH";
      if (!(layer.visible || isText) || !regions.some((region) => overlap(layer, region))) continue;
      texts.push(...(isText ? [layer] : textsIn(layer)));
    }
  }
  return texts;
}

/** One that was hidden as its letters were put into a picture counts on. */
function isSeen(text: AnyText): boolean {
  if (text.characters.trim() === "" || !(text.visible || text.getPluginData(PAINTED_KEY) !== "")) return false;
  for (let at: BaseNode | null = text.parent; at !== null && at.type !== "PAGE"; at = at.parent)
    if ("visible" in at && !at.visible) return false;
  return true;
}

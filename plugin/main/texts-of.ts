import type { NamedText } from "../bridge.ts";

const MOST_TEXTS = 24;
const MOST_CHARACTERS = 500;
/** Of a parent: among more layers than these nobody means the nearest text. */
const MOST_BESIDE = 1000;

/**
 * The texts that a layer's prompt can take words from: those inside it, as they lie in the document, then of each name the one
 * beside it that is nearest. Hidden and empty ones are left out, long ones cut.
 */
export function textsOf(node: SceneNode): NamedText[] {
  const inside = "findAllWithCriteria" in node ? node.findAllWithCriteria({ types: ["TEXT"] }) : [];
  return [...inside.filter(isRead), ...nearestBeside(node)].slice(0, MOST_TEXTS).map(({ name, characters }) => ({
    name,
    text: characters.trim().slice(0, MOST_CHARACTERS),
  }));
}

const isRead = ({ visible, characters }: TextNode) => visible && characters.trim() !== "";

function nearestBeside(node: SceneNode): TextNode[] {
  const { parent } = node;
  if (parent === null || parent.children.length > MOST_BESIDE) return [];
  const beside = (parent.children as readonly SceneNode[]).filter(
    (child): child is TextNode => child.type === "TEXT" && child.id !== node.id && isRead(child),
  );
  const near = beside.map((text) => ({ text, gap: gapBetween(node, text) })).sort((a, b) => a.gap - b.gap);
  return near
    .map(({ text }) => text)
    .filter((text, index, all) => all.findIndex(({ name }) => name === text.name) === index);
}

/** Between the boxes of two layers, canvas pixels; 0 where they meet. */
function gapBetween(a: SceneNode, b: SceneNode): number {
  const [p, q] = [a.absoluteBoundingBox, b.absoluteBoundingBox];
  if (p === null || q === null) return Number.POSITIVE_INFINITY;
  const x = Math.max(0, q.x - (p.x + p.width), p.x - (q.x + q.width));
  const y = Math.max(0, q.y - (p.y + p.height), p.y - (q.y + q.height));
  return Math.hypot(x, y);
}

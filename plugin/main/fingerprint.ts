import { ownFillsOf, takesFill } from "./own-fill.ts";

const MOST_LAYERS = 400;

/**
 * A short text that changes whenever the layer is moved, resized or edited: its place on the page, and what it and the
 * layers inside it show. Layers beyond the first 400 inside it count by their number only.
 */
export function fingerprintOf(node: SceneNode): string {
  const inside = "findAll" in node ? node.findAll() : [];
  const facts = [
    JSON.stringify([node.parent?.id, rounded(node.absoluteTransform), inside.length]),
    appearance(node),
    ...inside
      .slice(0, MOST_LAYERS)
      .map((child) => JSON.stringify(rounded(child.relativeTransform)) + appearance(child)),
  ];
  return hash(facts.join("\n"));
}

/**
 * A short text that changes whenever what the layer shows changes: not where it is moved, turned or put, how large it is drawn
 * or how opaque it is, since a result follows all of that. `unseen`: layers that are not for the model.
 */
export function contentFingerprintOf(node: SceneNode, unseen: readonly string[]): string {
  // Results that were put on it before are no change of what it shows.
  const counts = ({ id }: SceneNode) => !unseen.includes(id);
  const isOwn = (child: SceneNode) => counts(child) && child.getPluginData("target") !== node.id;
  const inside = "findAll" in node ? node.findAll(isOwn) : [];
  const own = JSON.stringify([
    takesFill(node) ? ownFillsOf(node) : "fills" in node ? node.fills : null,
    "strokes" in node ? node.strokes : null,
    "effects" in node ? node.effects : null,
    "characters" in node ? node.characters : null,
  ]);
  const facts = inside
    .slice(0, MOST_LAYERS)
    .map((child) => JSON.stringify(rounded(child.relativeTransform)) + appearance(child));
  return hash([node.id, own, String(inside.length), ...facts].join("\n"));
}

/** What a layer shows, apart from its place. Mixed values (a symbol) fall out of the JSON. */
function appearance(node: SceneNode): string {
  return JSON.stringify([
    node.id,
    node.visible,
    node.width,
    node.height,
    "opacity" in node ? node.opacity : null,
    "fills" in node ? node.fills : null,
    "strokes" in node ? node.strokes : null,
    "effects" in node ? node.effects : null,
    "transformModifiers" in node ? node.transformModifiers : null,
    "characters" in node ? node.characters : null,
  ]);
}

/** Thousandths of a pixel: what is left over is arithmetic, not a move. */
function rounded(transform: Transform): number[] {
  return [...transform[0], ...transform[1]].map((value) => Math.round(value * 1000) / 1000 + 0);
}

/** FNV-1a over UTF-16 code units, twice with different offsets: 64 bits, hexadecimal. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193) ^ (a >>> 15);
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}

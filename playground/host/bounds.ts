/** Boxes of nodes on the page. */
import type { NodeRecord } from "./record.ts";
import type { Scene } from "./scene.ts";
import { type Box, grown, intersectionOf, mapBox, unionOf } from "./transform.ts";

export const localBox = ({ width, height }: NodeRecord): Box => ({ x: 0, y: 0, width, height });

/** `absoluteBoundingBox`: the node's own box on the page, without strokes and effects. */
export const boundingBox = (scene: Scene, id: string): Box =>
  mapBox(scene.absoluteTransform(id), localBox(scene.get(id)));

/** How far a node's strokes and shadows reach out of its box. */
export function overhang(node: NodeRecord): number {
  const shares = { CENTER: 0.5, INSIDE: 0, OUTSIDE: 1 };
  const stroke = node.strokes.length > 0 ? node.strokeWeight * shares[node.strokeAlign] : 0;
  const effects = node.effects.map((effect) => {
    if (!effect.visible || effect.type === "INNER_SHADOW") return 0;
    if (!("offset" in effect)) return effect.type === "LAYER_BLUR" ? effect.radius : 0;
    return effect.radius + (effect.spread ?? 0) + Math.max(Math.abs(effect.offset.x), Math.abs(effect.offset.y));
  });
  return stroke + Math.max(0, ...effects);
}

/** Nothing above it, nor itself, is hidden. */
export const isShown = (scene: Scene, id: string): boolean =>
  [scene.get(id), ...scene.ancestors(id)].every((node) => node.visible);

/** What a node paints by itself and through its children, before its ancestors clip it. */
function paintedBox(scene: Scene, id: string): Box | null {
  const node = scene.get(id);
  if (!node.visible) return null;
  const own = mapBox(scene.absoluteTransform(id), grown(localBox(node), overhang(node)));
  const inner = node.children.flatMap((child) => paintedBox(scene, child) ?? []);
  if (inner.length === 0) return own;
  if (node.type === "GROUP") return unionOf(inner);
  return node.clipsContent ? own : unionOf([own, ...inner]);
}

/** `absoluteRenderBounds`: what is really painted, clipped by the frames around; null where nothing is. */
export function renderBounds(scene: Scene, id: string): Box | null {
  if (!isShown(scene, id)) return null;
  let box = paintedBox(scene, id);
  for (const ancestor of scene.ancestors(id)) {
    if (box !== null && ancestor.clipsContent) box = intersectionOf(box, boundingBox(scene, ancestor.id));
  }
  return box;
}

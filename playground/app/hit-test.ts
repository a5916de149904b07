/** What is under the pointer. */
import { boundingBox } from "../host/bounds.ts";
import { isFrameLike } from "../host/kinds.ts";
import type { NodeRecord } from "../host/record.ts";
import type { Scene } from "../host/scene.ts";
import { apply, type Box, contains, intersectionOf, invert, type Point } from "../host/transform.ts";
import { fillRuleOf, isOpen, outlineOf } from "./render/shape.ts";
import { createSurface } from "./render/surface.ts";

const { context } = createSurface(1, 1);

function hits(scene: Scene, node: NodeRecord, point: Point, slack: number): boolean {
  if (node.width === 0 && node.height === 0) return false;
  const own = apply(invert(scene.absoluteTransform(node.id)), point);
  const outline = outlineOf(node);
  if (isOpen(node)) {
    context.lineWidth = Math.max(node.strokeWeight, slack * 2);
    return context.isPointInStroke(outline, own.x, own.y);
  }
  return context.isPointInPath(outline, own.x, own.y, fillRuleOf(node));
}

/** The front-most node at a page point, as deep as it goes; locked and hidden ones are not there. */
export function deepestAt(scene: Scene, parent: string, point: Point, slack: number): NodeRecord | undefined {
  for (const id of [...scene.get(parent).children].reverse()) {
    const node = scene.get(id);
    if (!node.visible || node.locked) continue;
    const inside = hits(scene, node, point, slack);
    const open = node.children.length > 0 && (inside || !node.clipsContent);
    const inner = open ? deepestAt(scene, id, point, slack) : undefined;
    if (inner !== undefined) return inner;
    if (inside && node.type !== "GROUP") return node;
  }
  return undefined;
}

/**
 * What a click selects: the layer directly inside the top-level frame (or the group there), and one level deeper for each
 * level that is selected already; `deep` takes the deepest.
 */
export function pick(
  scene: Scene,
  page: string,
  point: Point,
  options: { slack: number; deep: boolean; selection: readonly string[] },
): NodeRecord | undefined {
  const hit = deepestAt(scene, page, point, options.slack);
  if (hit === undefined || options.deep) return hit;
  const line = [hit, ...scene.ancestors(hit.id)]
    .reverse()
    .filter((node) => node.type !== "DOCUMENT" && node.type !== "PAGE");
  const reached = line.findLastIndex((node) =>
    options.selection.some((id) => id === node.id || (scene.get(id).parent === node.parent && node.parent !== page)),
  );
  if (reached > 0) return line[reached];
  const [top, second] = line;
  const opens = top !== undefined && (isFrameLike(top.type) || top.type === "SECTION") && top.type !== "INSTANCE";
  return opens ? (second ?? top) : top;
}

/** What a marquee selects: layers that it touches; frames on the page only when they are wholly inside. */
export function within(scene: Scene, page: string, area: Box): readonly string[] {
  const inside = (id: string) => {
    const box = boundingBox(scene, id);
    return contains(area, box) && contains(area, { x: box.x + box.width, y: box.y + box.height });
  };
  const touched = (id: string) => intersectionOf(boundingBox(scene, id), area) !== null;
  const shown = (id: string) => scene.get(id).visible && !scene.get(id).locked;
  return scene
    .get(page)
    .children.filter(shown)
    .flatMap((id) => {
      if (!touched(id)) return [];
      const node = scene.get(id);
      if (!isFrameLike(node.type) && node.type !== "SECTION") return [id];
      return inside(id) ? [id] : node.children.filter((child) => shown(child) && touched(child));
    });
}

/** The outline of a node in its own space, as the canvas takes it. */
import { outlineOf as pathsOf } from "../../host/outline.ts";
import type { NodeRecord } from "../../host/record.ts";

export function outlineOf(node: NodeRecord): Path2D {
  const path = new Path2D();
  if (node.type === "LINE") {
    path.moveTo(0, 0);
    path.lineTo(node.width, 0);
  } else
    for (const { data } of node.type === "VECTOR" ? node.vectorPaths : pathsOf(node)) path.addPath(new Path2D(data));
  return path;
}

export const fillRuleOf = (node: NodeRecord): CanvasFillRule =>
  node.vectorPaths[0]?.windingRule === "EVENODD" ? "evenodd" : "nonzero";

/** A stroke that is not closed has nothing to fill: Figma's winding rule "NONE". */
export const isOpen = (node: NodeRecord): boolean =>
  node.type === "LINE" || (node.type === "VECTOR" && node.vectorPaths.every((path) => path.windingRule === "NONE"));

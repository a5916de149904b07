import { Problem } from "../../shared/problem.ts";
import type { LayerInfo } from "../bridge.ts";
import { exportScaleOf } from "./export-scale.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { lineWeightOf } from "./line-weight.ts";
import { showsPicture } from "./shows-picture.ts";

const KINDS: Partial<Record<NodeType, string>> = {
  FRAME: "Frame",
  GROUP: "Group",
  SECTION: "Section",
  COMPONENT: "Component",
  COMPONENT_SET: "Component set",
  INSTANCE: "Instance",
  RECTANGLE: "Rectangle",
  ELLIPSE: "Ellipse",
  POLYGON: "Polygon",
  STAR: "Star",
  LINE: "Line",
  VECTOR: "Vector",
  BOOLEAN_OPERATION: "Boolean shape",
  TEXT: "Text",
  TEXT_PATH: "Text on a path",
  TRANSFORM_GROUP: "Group",
  SLOT: "Slot",
};

/** The image paint that shows, if the layer has one. */
export function imagePaintOf(node: SceneNode): ImagePaint | undefined {
  if (!("fills" in node) || !Array.isArray(node.fills)) return undefined;
  return (node.fills as readonly Paint[]).find(
    (paint): paint is ImagePaint => paint.type === "IMAGE" && paint.visible !== false && paint.imageHash !== null,
  );
}

/** What the interface shows of a layer. */
export function describeLayer(node: SceneNode): LayerInfo {
  const job = node.getPluginData("job");
  const line = lineWeightOf(node);
  const exportScale = exportScaleOf(node);
  return {
    id: node.id,
    name: node.name,
    kind: kindOf(node),
    width: node.width,
    height: node.height,
    hasPicture: hasPicture(node),
    fingerprint: fingerprintOf(node),
    ...(line !== undefined && { line }),
    ...(exportScale !== undefined && { exportScale }),
    ...(job !== "" && { job }),
  };
}

const hasChildren = (node: SceneNode) => "children" in node && node.children.length > 0;

/** What a designer calls it. */
export const kindOf = (node: SceneNode): string =>
  imagePaintOf(node) !== undefined && !hasChildren(node) ? "Image" : (KINDS[node.type] ?? node.type);

/** True where the layer shows something that can be changed. */
export const hasPicture = (node: SceneNode): boolean => showsPicture(node) || node.type === "TEXT" || hasChildren(node);

/** The page rectangle that the layer's pixels cover, strokes and shadows included; null where it shows nothing. */
export function renderBoundsOf(node: SceneNode): Rect | null {
  return "absoluteRenderBounds" in node ? node.absoluteRenderBounds : node.absoluteBoundingBox;
}

/** Throws Problem "selection-unsupported" where nothing can be painted into a layer, with the reason. */
export function checkPaintable(node: SceneNode): void {
  const refuse = (reason: string) => new Problem("selection-unsupported", reason);
  if (KINDS[node.type] === undefined)
    throw refuse(
      `“${node.name}” is a ${node.type.toLowerCase().replace(/_/g, " ")}. Select a frame, a shape or an image.`,
    );
  if (!(node.width >= 1 && node.height >= 1))
    throw refuse(`“${node.name}” has no area to paint on. Make it at least 1 × 1 pixel.`);
  if (hiddenBy(node)) throw refuse(`“${node.name}” is hidden. Show it, then generate into it.`);
}

function hiddenBy(node: SceneNode): boolean {
  for (let at: BaseNode | null = node; at !== null && at.type !== "PAGE"; at = at.parent)
    if ("visible" in at && !at.visible) return true;
  return false;
}

/** The ids of layers that every one of these is, or lies in. */
export function aroundAll(nodes: readonly SceneNode[]): string[] {
  const [first, ...others] = nodes.map(pathOf);
  return first === undefined ? [] : first.filter((id) => others.every((path) => path.includes(id)));
}

function pathOf(node: SceneNode): string[] {
  const path: string[] = [];
  for (let at: BaseNode | null = node; at !== null && at.type !== "PAGE"; at = at.parent) path.push(at.id);
  return path;
}

/** True where `node` lies somewhere inside `ancestor`. */
export function isInside(node: BaseNode, ancestor: Pick<BaseNode, "id">): boolean {
  for (let at = node.parent; at !== null; at = at.parent) if (at.id === ancestor.id) return true;
  return false;
}

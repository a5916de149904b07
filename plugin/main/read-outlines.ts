import type { Drawing, ShapeOutline } from "../bridge.ts";
import { showsPicture } from "./shows-picture.ts";

const MOST_LAYERS = 400;

/**
 * The shapes that a layer is made of, back to front, as Figma itself outlines them: nothing is rasterised, nothing is lost.
 * Null where outlines alone don't say how the layer looks (it shows a picture, masks something, repeats something or cuts something off), where
 * it draws nothing, and where it has more than 400 layers. The background of a frame is no line of the drawing in it.
 */
export function readOutlines(layer: SceneNode): Drawing | null {
  if ("findAll" in layer && layer.findAll().length > MOST_LAYERS) return null;
  const box = layer.absoluteBoundingBox;
  const shapes = shapesOf(layer, layer);
  if (box === null || shapes === null || shapes.length === 0) return null;
  return { box: { x: box.x, y: box.y, width: box.width, height: box.height }, shapes };
}

function shapesOf(node: SceneNode, top: SceneNode): ShapeOutline[] | null {
  if (!node.visible || ("opacity" in node && node.opacity === 0)) return [];
  if (("isMask" in node && node.isMask) || node.type === "TRANSFORM_GROUP" || showsPicture(node)) return null;
  const isContainer = "children" in node && node.type !== "BOOLEAN_OPERATION";
  const shapes = "fillGeometry" in node && !(isContainer && node === top) ? [outlineOf(node)] : [];
  if (!isContainer) return shapes.filter(isSeen);
  if ("clipsContent" in node && node.clipsContent && node.children.some((child) => !isWithin(child, node))) return null;
  for (const child of node.children) {
    const inside = shapesOf(child, top);
    if (inside === null) return null;
    shapes.push(...inside);
  }
  return shapes.filter(isSeen);
}

const isSeen = ({ fill, stroke }: ShapeOutline) => fill.length > 0 || stroke.length > 0;

/**
 * Figma tells every stroke as if it ran along the middle of the outline. One that runs inside or outside of it ends at the
 * outline: that is the line, then.
 */
function outlineOf(node: SceneNode & GeometryMixin): ShapeOutline {
  const fills = visible(node.fills);
  const hasStroke = visible(node.strokes).length > 0;
  const isAligned = hasStroke && node.strokeAlign !== "CENTER" && node.fillGeometry.length > 0;
  const stroked = hasStroke && !isAligned;
  const [[a, c, e], [b, d, f]] = node.absoluteTransform;
  return {
    transform: [
      [a, c, e],
      [b, d, f],
    ],
    fill: fills.length > 0 || isAligned ? node.fillGeometry.map(copy) : [],
    stroke: stroked ? node.strokeGeometry.map(copy) : [],
    strokeWeight: stroked ? strokeWeightOf(node) : 0,
    covers: fills.some(({ opacity = 1 }) => opacity === 1) && !("opacity" in node && node.opacity < 1),
  };
}

const copy = ({ windingRule, data }: VectorPath) => ({ windingRule, data });

/** Texts with several fills tell none of them: they have some. */
function visible(paints: readonly Paint[] | PluginAPI["mixed"]): readonly Pick<Paint, "opacity">[] {
  return Array.isArray(paints) ? (paints as readonly Paint[]).filter((paint) => paint.visible !== false) : [{}];
}

/** The widest side's, where sides differ. */
function strokeWeightOf(node: SceneNode & GeometryMixin): number {
  if (typeof node.strokeWeight === "number") return node.strokeWeight;
  if (!("strokeTopWeight" in node)) return 1;
  return Math.max(node.strokeTopWeight, node.strokeRightWeight, node.strokeBottomWeight, node.strokeLeftWeight);
}

/** Hundredths of a pixel that stick out are arithmetic. */
const SLACK = 0.01;

function isWithin(child: SceneNode, frame: SceneNode): boolean {
  const [inner, outer] = [child.absoluteBoundingBox, frame.absoluteBoundingBox];
  if (!child.visible || inner === null || outer === null) return true;
  return (
    inner.x >= outer.x - SLACK &&
    inner.y >= outer.y - SLACK &&
    inner.x + inner.width <= outer.x + outer.width + SLACK &&
    inner.y + inner.height <= outer.y + outer.height + SLACK
  );
}

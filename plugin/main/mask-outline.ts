import { compose, invert } from "../../shared/affine.ts";
import { type MaskLayer, type MaskOutline, PATH_DATA } from "../bridge.ts";
import { lineWeightOf } from "./line-weight.ts";

/** What only Figma's own outline says: others are made of several shapes, of letters, or of lines. */
const SHAPES: readonly NodeType[] = ["RECTANGLE", "ELLIPSE", "POLYGON", "STAR", "VECTOR"];

/** Longer ones are drawings of thousands of points, and no quicker than their pixels. */
const LONGEST = 30_000;

/** What a Fill has to know of a layer that says where: where outlines alone don't say what it covers, that is in its pixels. */
export function describeMask(node: SceneNode): MaskLayer {
  const line = lineWeightOf(node);
  const outline = line === undefined ? maskOutline(node) : undefined;
  return {
    ...{ id: node.id, width: node.width, height: node.height },
    ...(line !== undefined && { line }),
    ...(outline !== undefined && { outline }),
  };
}

/**
 * The outline of a shape that covers all within it equally, and nothing beyond it: filled with plain colours, without lines, effects or
 * frames that cut it off. Undefined for any other.
 */
function maskOutline(node: SceneNode): MaskOutline | undefined {
  if (!SHAPES.includes(node.type) || !("fillGeometry" in node) || !("effects" in node) || node.isMask) return undefined;
  const fills = Array.isArray(node.fills) ? (node.fills as readonly Paint[]).filter(isSeen) : [];
  const isPlain = fills.length > 0 && fills.every(({ type }) => type === "SOLID") && node.opacity > 0;
  if (!isPlain || node.strokes.some(isSeen) || node.effects.some(({ visible }) => visible)) return undefined;
  const [path, ...others] = node.fillGeometry;
  if (path === undefined || others.length > 0 || path.windingRule === "NONE") return undefined;
  if (path.data.length > LONGEST || !PATH_DATA.test(path.data)) return undefined;
  if (isCutOff(node)) return undefined;
  const [[a, c, e], [b, d, f]] = node.absoluteTransform;
  return {
    transform: [
      [a, c, e],
      [b, d, f],
    ],
    rule: path.windingRule,
    data: path.data,
  };
}

const isSeen = ({ visible, opacity }: Paint) => visible !== false && opacity !== 0;

/** Hundredths of a pixel that stick out are arithmetic. */
const SLACK = 0.01;

/** True where a frame around it may hide a part of it. */
function isCutOff(node: SceneNode): boolean {
  for (let at = node.parent; at !== null && at.type !== "PAGE" && at.type !== "DOCUMENT"; at = at.parent)
    if ("clipsContent" in at && at.clipsContent && !isWithin(node, at)) return true;
  return false;
}

/** True where the layer's box lies in the frame, and out of its round corners. */
function isWithin(node: SceneNode, frame: SceneNode & Partial<RectangleCornerMixin>): boolean {
  const { topLeftRadius = 0, topRightRadius = 0, bottomLeftRadius = 0, bottomRightRadius = 0 } = frame;
  // An upright box inside of a square in a circle is inside of the circle.
  const inset = (1 - Math.SQRT1_2) * Math.max(topLeftRadius, topRightRadius, bottomLeftRadius, bottomRightRadius);
  const [[a, c, e], [b, d, f]] = compose(invert(frame.absoluteTransform), node.absoluteTransform);
  return [0, node.width].every((x) =>
    [0, node.height].every((y) => {
      const [u, v] = [a * x + c * y + e, b * x + d * y + f];
      return Math.min(u, v) >= inset - SLACK && u <= frame.width - inset + SLACK && v <= frame.height - inset + SLACK;
    }),
  );
}

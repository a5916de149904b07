/** What a freshly made node of each kind looks like in Figma, and what it can hold. */
import { solid } from "./paint.ts";
import type { NodeRecord, NodeType } from "./record.ts";

const GREY = [solid("#d9d9d9")];
const BLACK = [solid("#000000")];

const AUTO_FRAME: Partial<NodeRecord> = { fills: [solid("#ffffff")], clipsContent: true };

export const DEFAULTS: Readonly<Record<NodeType, Partial<NodeRecord> & { readonly name: string }>> = {
  DOCUMENT: { name: "Document" },
  PAGE: { name: "Page", backgrounds: [solid("#f5f5f5")], width: 0, height: 0 },
  FRAME: { name: "Frame", ...AUTO_FRAME },
  GROUP: { name: "Group" },
  SECTION: { name: "Section", fills: [solid("#ffffff", 0.6)], strokes: [solid("#000000", 0.1)] },
  RECTANGLE: { name: "Rectangle", fills: GREY },
  ELLIPSE: { name: "Ellipse", fills: GREY },
  VECTOR: { name: "Vector", strokes: BLACK, strokeAlign: "CENTER" },
  POLYGON: { name: "Polygon", fills: GREY, pointCount: 3 },
  STAR: { name: "Star", fills: GREY, pointCount: 5 },
  LINE: { name: "Line", strokes: BLACK, height: 0, strokeAlign: "CENTER" },
  TEXT: { name: "Text", fills: BLACK, strokeAlign: "OUTSIDE", width: 0, height: 14 },
  BOOLEAN_OPERATION: { name: "Union", fills: GREY },
  COMPONENT: { name: "Component", ...AUTO_FRAME },
  INSTANCE: { name: "Instance", ...AUTO_FRAME },
  SLICE: { name: "Slice" },
};

const PARENTS: readonly NodeType[] = [
  "PAGE",
  "FRAME",
  "GROUP",
  "SECTION",
  "BOOLEAN_OPERATION",
  "COMPONENT",
  "INSTANCE",
];
/** May hold layers. */
export const isParent = (type: NodeType): boolean => PARENTS.includes(type);

/** Has no box of its own: fits its children, which are placed relative to the container above it. */
export const isFitted = (type: NodeType): boolean => type === "GROUP" || type === "BOOLEAN_OPERATION";

/** Can lay out its children. */
export const isFrameLike = (type: NodeType): boolean => type === "FRAME" || type === "COMPONENT" || type === "INSTANCE";

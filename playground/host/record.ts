/**
 * A node as the document stores it: one immutable record per node, whatever its kind. A change replaces the record, so
 * that undo is keeping an old map of records, and "what changed" is comparing two.
 */
import type { Effect, Paint } from "./paint.ts";
import { IDENTITY, type Transform } from "./transform.ts";

export const NODE_TYPES = [
  "DOCUMENT",
  "PAGE",
  "FRAME",
  "GROUP",
  "SECTION",
  "RECTANGLE",
  "ELLIPSE",
  "VECTOR",
  "POLYGON",
  "STAR",
  "LINE",
  "TEXT",
  "BOOLEAN_OPERATION",
  "COMPONENT",
  "INSTANCE",
  "SLICE",
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export interface VectorPath {
  readonly windingRule: "NONZERO" | "EVENODD" | "NONE";
  /** SVG path data: M, L, C, Q and Z, absolute. */
  readonly data: string;
}

export interface NodeRecord {
  readonly id: string;
  readonly type: NodeType;
  readonly parent: string | null;
  /** Back to front. */
  readonly children: readonly string[];
  readonly name: string;
  readonly visible: boolean;
  readonly locked: boolean;
  readonly expanded: boolean;
  /** Relative to the container: the nearest ancestor that is not a group or a boolean operation. Axes have length 1. */
  readonly transform: Transform;
  readonly width: number;
  readonly height: number;
  readonly pluginData: Readonly<Record<string, string>>;
  readonly sharedPluginData: Readonly<Record<string, string>>;
  readonly relaunchData: Readonly<Record<string, string>>;
  readonly opacity: number;
  readonly blendMode: string;
  readonly isMask: boolean;
  readonly maskType: "ALPHA" | "VECTOR" | "LUMINANCE";
  readonly effects: readonly Effect[];
  readonly fills: readonly Paint[];
  readonly strokes: readonly Paint[];
  readonly strokeWeight: number;
  readonly strokeAlign: "CENTER" | "INSIDE" | "OUTSIDE";
  readonly strokeCap: string;
  readonly strokeJoin: string;
  readonly strokeMiterLimit: number;
  readonly dashPattern: readonly number[];
  /** Top left, top right, bottom right, bottom left. */
  readonly radii: readonly [number, number, number, number];
  readonly cornerSmoothing: number;
  readonly constrainProportions: boolean;
  readonly constraints: { readonly horizontal: string; readonly vertical: string };
  readonly exportSettings: readonly object[];
  // Frames
  readonly clipsContent: boolean;
  readonly layoutMode: "NONE" | "HORIZONTAL" | "VERTICAL";
  readonly primaryAxisSizingMode: "FIXED" | "AUTO";
  readonly counterAxisSizingMode: "FIXED" | "AUTO";
  readonly primaryAxisAlignItems: "MIN" | "MAX" | "CENTER" | "SPACE_BETWEEN";
  readonly counterAxisAlignItems: "MIN" | "MAX" | "CENTER" | "BASELINE";
  readonly paddingLeft: number;
  readonly paddingRight: number;
  readonly paddingTop: number;
  readonly paddingBottom: number;
  readonly itemSpacing: number;
  // Children of auto layout
  readonly layoutPositioning: "AUTO" | "ABSOLUTE";
  readonly layoutAlign: "MIN" | "CENTER" | "MAX" | "STRETCH" | "INHERIT";
  readonly layoutGrow: number;
  // Single kinds
  readonly arcData: { readonly startingAngle: number; readonly endingAngle: number; readonly innerRadius: number };
  readonly pointCount: number;
  readonly innerRadius: number;
  readonly vectorPaths: readonly VectorPath[];
  readonly booleanOperation: "UNION" | "INTERSECT" | "SUBTRACT" | "EXCLUDE";
  readonly mainComponent: string | null;
  readonly description: string;
  readonly selection: readonly string[];
  readonly backgrounds: readonly Paint[];
  // Text
  readonly characters: string;
  readonly fontSize: number;
  readonly fontName: { readonly family: string; readonly style: string };
  readonly textAlignHorizontal: "LEFT" | "CENTER" | "RIGHT" | "JUSTIFIED";
  readonly textAlignVertical: "TOP" | "CENTER" | "BOTTOM";
  readonly textAutoResize: "NONE" | "WIDTH_AND_HEIGHT" | "HEIGHT" | "TRUNCATE";
  readonly lineHeight: { readonly unit: "AUTO" | "PIXELS" | "PERCENT"; readonly value?: number };
  readonly letterSpacing: { readonly unit: "PIXELS" | "PERCENT"; readonly value: number };
}

/** What every node starts with, before its kind's own defaults. */
export const BLANK: Omit<NodeRecord, "id" | "type" | "parent" | "name"> = {
  children: [],
  visible: true,
  locked: false,
  expanded: false,
  transform: IDENTITY,
  width: 100,
  height: 100,
  pluginData: {},
  sharedPluginData: {},
  relaunchData: {},
  opacity: 1,
  blendMode: "PASS_THROUGH",
  isMask: false,
  maskType: "ALPHA",
  effects: [],
  fills: [],
  strokes: [],
  strokeWeight: 1,
  strokeAlign: "INSIDE",
  strokeCap: "NONE",
  strokeJoin: "MITER",
  strokeMiterLimit: 4,
  dashPattern: [],
  radii: [0, 0, 0, 0],
  cornerSmoothing: 0,
  constrainProportions: false,
  constraints: { horizontal: "MIN", vertical: "MIN" },
  exportSettings: [],
  clipsContent: false,
  layoutMode: "NONE",
  primaryAxisSizingMode: "AUTO",
  counterAxisSizingMode: "AUTO",
  primaryAxisAlignItems: "MIN",
  counterAxisAlignItems: "MIN",
  paddingLeft: 0,
  paddingRight: 0,
  paddingTop: 0,
  paddingBottom: 0,
  itemSpacing: 0,
  layoutPositioning: "AUTO",
  layoutAlign: "INHERIT",
  layoutGrow: 0,
  arcData: { startingAngle: 0, endingAngle: 2 * Math.PI, innerRadius: 0 },
  pointCount: 3,
  innerRadius: 0.382,
  vectorPaths: [],
  booleanOperation: "UNION",
  mainComponent: null,
  description: "",
  selection: [],
  backgrounds: [],
  characters: "",
  fontSize: 12,
  fontName: { family: "Inter", style: "Regular" },
  textAlignHorizontal: "LEFT",
  textAlignVertical: "TOP",
  textAutoResize: "WIDTH_AND_HEIGHT",
  lineHeight: { unit: "AUTO" },
  letterSpacing: { unit: "PERCENT", value: 0 },
};

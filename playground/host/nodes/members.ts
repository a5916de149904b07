/** What each kind of node has, put together from the mixins of @figma/plugin-typings. */
import type { NodeMember, NodeMembers } from "../member.ts";
import type { NodeRecord, NodeType } from "../record.ts";
import { bool } from "../validate.ts";
import { base } from "./base.ts";
import { children } from "./children.ts";
import { cloneable, component, instance } from "./components.ts";
import { exporting } from "./exporting.ts";
import { field } from "./field.ts";
import { constraints, frame } from "./frame.ts";
import { outlines } from "./geometry.ts";
import { blend, cornerRadius, corners, fills, strokes } from "./looks.ts";
import { page } from "./page.ts";
import { placement, position } from "./placement.ts";
import { booleanOperation, ellipse, polygon, star, vector } from "./shapes.ts";
import { textNode } from "./text.ts";

const sceneNode: NodeMembers = {
  ...base,
  ...cloneable,
  visible: field("visible", bool),
  locked: field("locked", bool),
};
const geometry: NodeMembers = { ...fills, ...strokes, ...outlines };
const shapeNode: NodeMembers = { ...sceneNode, ...blend, ...geometry, ...placement, ...exporting, ...constraints };
const expanded: NodeMembers = { expanded: field("expanded", bool) };
const frameNode: NodeMembers = { ...shapeNode, ...corners, ...children, ...frame };

const MEMBERS: Readonly<Record<NodeType, NodeMembers>> = {
  DOCUMENT: { ...base, ...children },
  PAGE: { ...base, ...children, ...exporting, ...page },
  FRAME: frameNode,
  GROUP: { ...sceneNode, ...blend, ...placement, ...exporting, ...children, ...expanded },
  SECTION: { ...sceneNode, ...children, ...fills, ...position, ...exporting, ...corners },
  RECTANGLE: { ...shapeNode, ...corners },
  ELLIPSE: { ...shapeNode, ...cornerRadius, ...ellipse },
  VECTOR: { ...shapeNode, ...cornerRadius, ...vector },
  POLYGON: { ...shapeNode, ...cornerRadius, ...polygon },
  STAR: { ...shapeNode, ...cornerRadius, ...star },
  LINE: shapeNode,
  TEXT: { ...shapeNode, ...textNode },
  BOOLEAN_OPERATION: { ...shapeNode, ...cornerRadius, ...children, ...expanded, ...booleanOperation },
  COMPONENT: { ...frameNode, ...component },
  INSTANCE: { ...frameNode, ...instance },
  SLICE: { ...sceneNode, ...placement, ...exporting },
};

/** The property or method `name` of a node; throws in Figma's words where its kind has none, or by name where only we lack it. */
export function memberOf(node: Pick<NodeRecord, "type">, name: string): NodeMember {
  const members = MEMBERS[node.type];
  if (Object.hasOwn(members, name)) return members[name]!;
  const elsewhere = Object.values(MEMBERS).some((other) => Object.hasOwn(other, name));
  throw new Error(
    elsewhere
      ? `no such property '${name}' on ${node.type} node`
      : `not available in the playground: ${node.type} node's ${name}`,
  );
}

/** The names per kind, with "call" for methods: what the VM's proxies are made of. */
export const memberNames: Readonly<Record<string, Readonly<Record<string, "call" | "value">>>> = Object.fromEntries(
  Object.entries(MEMBERS).map(([type, members]) => [
    type,
    Object.fromEntries(Object.entries(members).map(([name, m]) => [name, m.call === undefined ? "value" : "call"])),
  ]),
);

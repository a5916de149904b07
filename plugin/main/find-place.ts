import { isInside } from "./layer.ts";
import { inPaintOrder } from "./paint-order.ts";

/** Where a new layer goes. */
export interface Place {
  readonly parent: BaseNode & ChildrenMixin;
  /** Index among the parent's children, back to front. */
  readonly index: number;
  /** The page transform of the frame that positions are relative to (groups and boolean shapes are not such frames); null = the page. */
  readonly container: Transform | null;
  /** What the designer should know about the place. */
  readonly note?: string;
}

/** Layers inside these can't get a sibling without changing what they are. */
const CLOSED: Partial<Record<NodeType, string>> = {
  INSTANCE: "component instance",
  COMPONENT: "component, so that its copies do not change",
  COMPONENT_SET: "component set",
  BOOLEAN_OPERATION: "boolean shape",
};

/**
 * The place directly above the target: above the mask where that stands in the same frame and is painted later, above results
 * placed earlier for the same target, and outside of everything that takes no new children. `texts` stay above it: in a frame that
 * holds some, it is the place below the first of them.
 */
export function findPlace(target: SceneNode, mask: SceneNode | null, texts: readonly SceneNode[] = []): Place {
  if (holdsContents(target)) {
    const lowest = lowestIn(target, texts);
    if (lowest < target.children.length) return findPlaceUnderTexts(target, mask, lowest);
  }
  const own = climbOut(target);
  const together = mask !== null && frameOf(mask)?.id === frameOf(own.anchor)?.id;
  const covered = together ? inPaintOrder(own.anchor, mask)[1] : own.anchor;
  const { anchor, closed = own.closed } = climbOut(covered);
  const parent = anchor.parent as BaseNode & ChildrenMixin;
  let index = parent.children.findIndex((child) => child.id === anchor.id) + 1;
  while (index < parent.children.length && parent.children[index]!.getPluginData("target") === target.id) index++;
  index = Math.min(index, lowestIn(parent, texts, placeIn(parent, own.anchor) + 1));
  const covers = together && placeIn(parent, mask) >= index;
  const notes = [
    closed ? `Placed above the ${CLOSED[closed.type]} “${closed.name}”.` : "",
    mask !== null && (covers || (!together && !isInside(mask, anchor) && inPaintOrder(anchor, mask)[1].id === mask.id))
      ? `${closed ? "" : "Placed over the picture. "}“${mask.name}” still covers it.`
      : "",
  ].filter((note) => note !== "");
  return { parent, index, container: containerOf(anchor), ...(notes.length > 0 && { note: notes.join(" ") }) };
}

function findPlaceUnderTexts(target: FrameNode, mask: SceneNode | null, index: number): Place {
  const above = target.children.slice(index).find((child) => child.visible && !holdsText(child));
  const cover = mask !== null && placeIn(target, mask) >= index ? mask : above;
  return {
    ...{ parent: target, index, container: target.absoluteTransform },
    ...(cover && { note: `Placed over the picture. “${cover.name}” still covers it.` }),
  };
}

const holdsText = (node: SceneNode): boolean =>
  node.type === "TEXT" ||
  node.type === "TEXT_PATH" ||
  ("findAllWithCriteria" in node && node.findAllWithCriteria({ types: ["TEXT", "TEXT_PATH"] }).length > 0);

/** Of a container's children, from `first` on, the index of the first that is one of these layers or holds one; else their number. */
function lowestIn(parent: BaseNode & ChildrenMixin, layers: readonly SceneNode[], first = 0): number {
  const places = layers.map((layer) => placeIn(parent, layer)).filter((place) => place >= first);
  return Math.min(parent.children.length, ...places);
}

/** The index of the child that is the layer or holds it; -1 where none does. */
function placeIn(parent: BaseNode & ChildrenMixin, layer: SceneNode): number {
  for (let at: BaseNode | null = layer; at !== null; at = at.parent) {
    const { id } = at;
    if (at.parent?.id === parent.id) return parent.children.findIndex((child) => child.id === id);
  }
  return -1;
}

/** The place directly below the target, above what lies there already, and outside of everything that takes no new children. */
export function findPlaceBeneath(target: SceneNode): Place {
  const { anchor, closed } = climbOut(target);
  const parent = anchor.parent as BaseNode & ChildrenMixin;
  const index = parent.children.findIndex((child) => child.id === anchor.id);
  return {
    ...{ parent, index, container: containerOf(anchor) },
    ...(closed && { note: `Placed below the ${CLOSED[closed.type]} “${closed.name}”.` }),
  };
}

/** The place behind everything inside the target, above results placed there before; undefined where it takes no layers. */
export function findPlaceBehind(target: SceneNode): Place | undefined {
  if (!holdsContents(target)) return undefined;
  let index = 0;
  while (target.children[index]?.getPluginData("target") === target.id) index++;
  return { parent: target, index, container: target.absoluteTransform };
}

/** True for a frame with something in it, that is no part of a component. */
export const holdsContents = (node: SceneNode): node is FrameNode =>
  node.type === "FRAME" && node.children.length > 0 && climbOut(node).closed === undefined;

/** The top of the innermost frame or section around what is under the pointer, out of all that is closed; null = the page. */
export function findPlaceInside(under: SceneNode | null): Place {
  const { anchor, closed } = under === null ? {} : climbOut(under);
  let parent: BaseNode | null = closed === undefined ? (anchor ?? null) : closed.parent;
  while (parent !== null && parent.type !== "FRAME" && parent.type !== "SECTION" && parent.type !== "PAGE")
    parent = parent.parent;
  const open = (parent ?? figma.currentPage) as FrameNode | SectionNode | PageNode;
  const container = open.type === "PAGE" ? null : open.absoluteTransform;
  return { parent: open, index: open.children.length, container };
}

/** The outermost ancestor below which the tree is closed, or the node itself. */
function climbOut(node: SceneNode): { anchor: SceneNode; closed?: SceneNode } {
  let anchor = node;
  let closed: SceneNode | undefined;
  for (let at = node.parent; at !== null && at.type !== "PAGE" && at.type !== "DOCUMENT"; at = at.parent) {
    if (CLOSED[at.type] === undefined) continue;
    anchor = at as SceneNode;
    closed = anchor;
  }
  return closed === undefined ? { anchor } : { anchor, closed };
}

/** The nearest ancestor that is not a mere bundle of layers. */
function frameOf(node: BaseNode): BaseNode | null {
  let at = node.parent;
  while (at !== null && (at.type === "GROUP" || at.type === "BOOLEAN_OPERATION" || at.type === "TRANSFORM_GROUP"))
    at = at.parent;
  return at;
}

export function containerOf(node: SceneNode): Transform | null {
  const frame = frameOf(node);
  return frame !== null && "absoluteTransform" in frame ? frame.absoluteTransform : null;
}

import { Problem } from "../../shared/problem.ts";
import type { SelectionInfo, TargetLayer } from "../bridge.ts";
import { visualPicture } from "./artboards/visual-picture.ts";
import { checkPaintable, describeLayer } from "./layer.ts";
import { beyondOf } from "./margins.ts";
import { inPaintOrder } from "./paint-order.ts";
import { pictureInside, roomAround } from "./picture-inside.ts";
import { overlap, pictureUnder } from "./picture-under.ts";
import { inReadingOrder } from "./reading-order.ts";
import { showsPicture } from "./shows-picture.ts";
import { textsOf } from "./texts-of.ts";
import { textsOver } from "./texts-over.ts";

const MOST_SHOWN = 8;
/** Of one run: so many jobs may wait. */
const MOST_TARGETS = 100;

/** Layers that can say where to repaint: shapes and text, not containers and not pictures. */
const MASK_TYPES: readonly NodeType[] = [
  "RECTANGLE",
  "ELLIPSE",
  "POLYGON",
  "STAR",
  "LINE",
  "VECTOR",
  "BOOLEAN_OPERATION",
  "TEXT",
  "TEXT_PATH",
  "GROUP",
];

/**
 * The selection in the interface's terms. One layer is the target; where it is a shape over a picture, that picture is told
 * too. A picture and shapes that overlap it are a picture and its mask, also where they lie below it and look out from under it; so are two
 * layers, where the upper one is a shape that overlaps the lower one. More are painted into at once, or are candidates for references.
 */
export function readSelection(): SelectionInfo {
  const nodes = figma.currentPage.selection;
  if (nodes.length === 0) return { kind: "none", page: figma.currentPage.name };
  try {
    if (nodes.length === 1) return target(nodes[0]!);
    const ordered = paintOrdered(nodes);
    const [picture, ...more] = ordered.filter(showsPicture);
    const shapes = ordered.filter(canMask);
    if (picture !== undefined && more.length === 0 && shapes.length === nodes.length - 1)
      if (shapes.every((shape) => overlap(picture, shape))) return target(picture, shapes);
    const [lower, upper] = ordered;
    if (nodes.length === 2 && canMask(upper!) && overlap(lower!, upper!)) return target(lower!, [upper!]);
  } catch (error) {
    const problem = Problem.from(error);
    if (problem.code !== "selection-unsupported") throw error;
    return { kind: "unsupported", name: nodes[0]!.name, problem: problem.toJSON() };
  }
  return several(nodes);
}

function several(nodes: readonly SceneNode[]): SelectionInfo {
  const read = inReadingOrder(nodes);
  const layers = read.slice(0, MOST_SHOWN).map(describeLayer);
  const question = questionOf(nodes);
  const known = { kind: "several", total: nodes.length, layers, ...(question && { question }) } as const;
  try {
    if (nodes.length > MOST_TARGETS)
      throw new Problem("selection-unsupported", `Select at most ${MOST_TARGETS} layers to paint into at once.`);
    for (const node of nodes) checkPaintable(node);
  } catch (error) {
    const problem = Problem.from(error);
    if (problem.code !== "selection-unsupported") throw error;
    return { ...known, targets: [], refused: problem.toJSON() };
  }
  return { ...known, targets: read.map(describeTarget) };
}

/** The shapes among the layers that lie over several of the pictures among them, and these; undefined where there are none. */
function questionOf(nodes: readonly SceneNode[]) {
  const pictures = nodes.filter((node) => showsPicture(node));
  const masks = nodes.filter(
    (node) =>
      canMask(node) &&
      pictures.some((picture) => overlap(picture, node) && inPaintOrder(picture, node)[1].id === node.id),
  );
  const meant = pictures.filter((picture) => masks.every((mask) => overlap(picture, mask)));
  if (masks.length === 0 || meant.length < 2) return undefined;
  const refs = (layers: readonly SceneNode[]) => layers.map(({ id, name }) => ({ id, name }));
  return { masks: refs(masks), pictures: refs(meant) };
}

function describeTarget(node: SceneNode): TargetLayer {
  const { id, name, kind, width, height, hasPicture, exportScale } = describeLayer(node);
  const over = textsOver(node, [node]);
  return {
    ...{ id, name, kind, width, height, hasPicture, texts: textsOf(node) },
    ...(exportScale && { exportScale }),
    ...(over.length > 0 && { textsOver: over }),
  };
}

/** From the first painted to the last. */
const paintOrdered = (nodes: readonly SceneNode[]): SceneNode[] =>
  [...nodes].sort((a, b) => (a.id !== b.id && inPaintOrder(a, b)[0].id === a.id ? -1 : 1));

/** `masks`: those over it, from the first painted to the last. */
function target(node: SceneNode, masks: readonly SceneNode[] = []): SelectionInfo {
  const mask = masks.at(-1);
  const others = masks.slice(0, -1);
  checkPaintable(node);
  const recipe = node.getPluginData("recipe");
  const under = mask === undefined && canMask(node) ? pictureUnder(node) : null;
  const holds = mask === undefined ? pictureAndMasks(node) : undefined;
  const beyond = mask
    ? beyondOf(node, masks)
    : under
      ? beyondOf(under, [node])
      : holds
        ? beyondOf(holds.picture, holds.masks)
        : undefined;
  const inside = mask === undefined && under === null ? pictureInside(node) : undefined;
  const room = mask === undefined && under === null ? roomAround(inside ?? node, inside ? node : undefined) : undefined;
  const over = textsOver(under ?? holds?.picture ?? node, masks.length > 0 ? masks : holds ? holds.masks : [node]);
  return {
    kind: "target",
    target: describeLayer(node),
    ...(mask && { mask: describeLayer(mask) }),
    ...(others.length > 0 && { alsoMasks: others.map(describeLayer) }),
    ...(under && { under: describeLayer(under) }),
    ...(beyond && { beyond }),
    ...(holds && { holds: { picture: describeLayer(holds.picture), masks: holds.masks.map(describeLayer) } }),
    ...(inside && { inside: describeLayer(inside) }),
    ...(room && { room }),
    ...(recipe !== "" && { recipe }),
    ...(over.length > 0 && { textsOver: over }),
    ...(mask === undefined && visualPicture(node) !== undefined && { isVisual: true }),
    texts: textsOf(node),
  };
}

/** Of a group that holds one picture and nothing else than shapes over it, these; undefined for any other layer. */
function pictureAndMasks(node: SceneNode): { picture: SceneNode; masks: SceneNode[] } | undefined {
  if (node.type !== "GROUP") return undefined;
  const [picture, ...above] = node.children.filter(({ visible }) => visible);
  if (picture === undefined || above.length === 0 || !showsPicture(picture)) return undefined;
  return above.every((shape) => canMask(shape) && overlap(picture, shape))
    ? { picture, masks: above.reverse() }
    : undefined;
}

function canMask(node: SceneNode): boolean {
  return MASK_TYPES.includes(node.type) && !showsPicture(node);
}

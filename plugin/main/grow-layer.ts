/** Layers that became larger for a picture that goes beyond them, and the way back. */
import * as v from "valibot";
import { compose } from "../../shared/affine.ts";
import { isInCopy } from "./in-copy.ts";

/** Where the layer's own box lies in the grown one, as JSON. */
const GROWN = "grown-from";

const box = v.object({ left: v.number(), top: v.number(), width: v.number(), height: v.number() });
type Box = v.InferOutput<typeof box>;

/** A place on the page, and a size. */
interface Place {
  readonly width: number;
  readonly height: number;
  readonly transform: Transform;
}

type Growing = RectangleNode | FrameNode;

/** True for a rectangle, or a frame with nothing in it, whose place and size nothing else decides. */
export function canGrow(node: SceneNode): node is Growing {
  if (node.type !== "RECTANGLE" && !(node.type === "FRAME" && node.children.length === 0)) return false;
  const { parent } = node;
  const flows = parent !== null && "layoutMode" in parent && parent.layoutMode !== "NONE";
  return !isInCopy(node) && (!flows || node.layoutPositioning === "ABSOLUTE");
}

export const isGrown = (node: SceneNode): boolean => grownFrom(node) !== undefined;

/** Makes the layer as large as its picture, whose margins are given; what it showed does not move. */
export function growLayer(node: Growing, { left, top, width, height }: Box): void {
  const from = grownFrom(node) ?? { left: 0, top: 0, width: node.width, height: node.height };
  node.setPluginData(GROWN, JSON.stringify({ ...from, left: from.left + left, top: from.top + top }));
  move(node, { left: -left, top: -top });
  node.resize(width, height);
}

/** Its place and size from before; the way to grow again is returned. */
export function shrinkBack(node: SceneNode, forget = true): () => void {
  const from = grownFrom(node);
  if (from === undefined) return () => undefined;
  const growing = node as Growing;
  const { width, height } = growing;
  move(growing, from);
  growing.resize(from.width, from.height);
  if (forget) node.setPluginData(GROWN, "");
  return () => {
    move(growing, { left: -from.left, top: -from.top });
    growing.resize(width, height);
  };
}

/** Where the layer's own box lies on the page, whatever it grew to. */
export function ownPlace(node: SceneNode): Place {
  const from = grownFrom(node);
  const transform = node.absoluteTransform;
  if (from === undefined) return { width: node.width, height: node.height, transform };
  return { width: from.width, height: from.height, transform: moved(transform, from) };
}

function grownFrom(node: SceneNode): Box | undefined {
  const text = node.getPluginData(GROWN);
  const from = text === "" ? null : v.safeParse(box, JSON.parse(text));
  return from?.success ? from.output : undefined;
}

function move(node: Growing, by: Pick<Box, "left" | "top">): void {
  node.relativeTransform = moved(node.relativeTransform, by);
}

function moved(transform: Transform, { left, top }: Pick<Box, "left" | "top">): Transform {
  const [row, column] = compose(transform, [
    [1, 0, left],
    [0, 1, top],
  ]);
  return [[...row], [...column]];
}

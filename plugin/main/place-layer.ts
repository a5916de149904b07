import { compose, invert } from "../../shared/affine.ts";
import { Problem } from "../../shared/problem.ts";
import type { CallInput, CallOutput, Spot, Ticket } from "../bridge.ts";
import { findFreeSpot } from "./find-free-spot.ts";
import { findPlace, findPlaceInside, type Place } from "./find-place.ts";
import { contentFingerprintOf } from "./fingerprint.ts";
import { sourceLayer } from "./source-layer.ts";

/** Figma allows 100 kB an entry of pluginData; the id and the key count too. */
const MOST_RECIPE_CHARACTERS = 30_000;

/**
 * Places a result as one new layer: over its target, exactly (same size, same transform, however its parents are turned),
 * beside it, or where the designer dropped it. The original is never changed. From `createImage` to `commitUndo` nothing awaits, so that it is one undo
 * step and no other editor sees half of it.
 *
 * Problems: "target-gone", "target-changed" (placing "beside" still works then), "image-not-readable",
 * "target-unsupported".
 */
export async function placeLayer(input: CallInput<"place-layer">): Promise<CallOutput<"place-layer">> {
  const { ticket, name, recipe, where } = input;
  if (recipe.length > MOST_RECIPE_CHARACTERS)
    throw new Problem("target-unsupported", "The settings of this picture are too long to be kept in the layer.");
  const mask = ticket.mask === undefined ? null : await existingLayer(ticket.mask);
  const target = await existingLayer(ticket.target);
  const under = typeof where === "string" ? null : await existingLayer(where.inside);
  const isOver = where === "over" || where === "over anyway";
  if (isOver) checkTarget(target, ticket, where);

  const { layer, transform } = newLayer(isOver ? target : null, input);
  try {
    layer.name = name;
    let note: string | undefined;
    if (isOver && target !== null) {
      note = putOver(layer, { target, mask: mask?.removed ? null : mask, transform });
    } else if (typeof where === "string") {
      const spot = findFreeSpot(target, ticket, layer.id);
      layer.x = spot.x;
      layer.y = spot.y;
      showIfUnseen(layer);
      note = "Placed on the right, as a new layer.";
    } else {
      putAt(layer, where, findPlaceInside(under?.removed ? null : under));
    }
    layer.setPluginData("recipe", recipe);
    layer.setPluginData("target", ticket.target);
    layer.setRelaunchData({ regenerate: "Generate again with the same prompt" });
    figma.commitUndo();
    return { node: layer.id, ...(note !== undefined && { note }) };
  } catch (error) {
    layer.remove();
    throw error;
  }
}

/** The layer of that id with its page loaded, or null where it is gone. */
async function existingLayer(id: string): Promise<SceneNode | null> {
  const node = await figma.getNodeByIdAsync(id);
  if (node === null || node.type === "PAGE" || node.type === "DOCUMENT") return null;
  await pageOf(node)?.loadAsync();
  return node.removed ? null : node;
}

function pageOf(node: BaseNode): PageNode | null {
  for (let at: BaseNode | null = node; at !== null; at = at.parent) if (at.type === "PAGE") return at;
  return null;
}

function checkTarget(target: SceneNode | null, ticket: Ticket, where: "over" | "over anyway"): void {
  if (target === null)
    throw new Problem(
      "target-gone",
      `“${ticket.name}” was deleted while the picture was made. Place it as a new layer instead.`,
    );
  if (where === "over" && contentFingerprintOf(target) !== ticket.fingerprint)
    throw new Problem(
      "target-changed",
      `“${ticket.name}” shows something else than when the picture was made. Place it over that anyway, or as a new layer.`,
    );
}

/**
 * An image layer over the target (or where the target was, upright, in its place) on the current page, in the target's outline
 * where that is a simple one, and where it belongs on the page.
 */
function newLayer(target: SceneNode | null, { ticket, bytes, fit }: CallInput<"place-layer">) {
  let image: Image;
  try {
    image = figma.createImage(bytes);
  } catch (cause) {
    throw new Problem("image-not-readable", `Figma did not accept the picture: ${String(cause)}`, { cause });
  }
  const now = target === null ? ticket : { ...sizeOf(target), transform: target.absoluteTransform };
  const cover = { ...now, paint: covering(image.hash), isAsTarget: true };
  const { width, height, transform, paint, isAsTarget } =
    fit === "source" ? sourceLayer(ticket, now, image.hash) : cover;
  const layer =
    target?.type === "ELLIPSE" && isAsTarget ? ellipseLike(target) : rectangleLike(isAsTarget ? target : null);
  layer.resize(width, height);
  layer.fills = [paint];
  return { layer, transform };
}

const sizeOf = ({ width, height }: SceneNode) => ({ width, height });

const covering = (imageHash: string): ImagePaint => ({ type: "IMAGE", imageHash, scaleMode: "FILL" });

function ellipseLike(target: EllipseNode): EllipseNode {
  const layer = figma.createEllipse();
  layer.arcData = target.arcData;
  return layer;
}

function rectangleLike(target: SceneNode | null): RectangleNode {
  const layer = figma.createRectangle();
  if (target === null || !("topLeftRadius" in target)) return layer;
  layer.topLeftRadius = target.topLeftRadius;
  layer.topRightRadius = target.topRightRadius;
  layer.bottomLeftRadius = target.bottomLeftRadius;
  layer.bottomRightRadius = target.bottomRightRadius;
  if ("cornerSmoothing" in target) layer.cornerSmoothing = target.cornerSmoothing;
  return layer;
}

interface Over {
  readonly target: SceneNode;
  readonly mask: SceneNode | null;
  /** The layer's on the page. */
  readonly transform: Transform;
}

/** Puts the layer directly above what it covers. Returns what the designer should know. */
function putOver(layer: RectangleNode | EllipseNode, { target, mask, transform }: Over): string | undefined {
  const place = findPlace(target, mask);
  insert(layer, place, transform);
  // Where the parent is resized later, the result goes along with its target.
  if (place.parent.id === target.parent?.id && "constraints" in target) layer.constraints = target.constraints;
  return place.note;
}

/** Moves the view only where the layer would else be out of sight. */
function showIfUnseen(layer: SceneNode): void {
  const { bounds } = figma.viewport;
  const seen =
    layer.x < bounds.x + bounds.width &&
    bounds.x < layer.x + layer.width &&
    layer.y < bounds.y + bounds.height &&
    bounds.y < layer.y + layer.height;
  if (!seen) figma.viewport.scrollAndZoomIntoView([layer]);
}

/** Puts the layer upright with its middle on the spot. */
function putAt(layer: RectangleNode | EllipseNode, { x, y }: Spot, place: Place): void {
  const { width, height } = layer;
  insert(layer, place, [
    [1, 0, x - width / 2],
    [0, 1, y - height / 2],
  ]);
}

/** `transform`: the layer's on the page. */
function insert(layer: RectangleNode | EllipseNode, { parent, index, container }: Place, transform: Transform): void {
  parent.insertChild(index, layer);
  if ("layoutMode" in parent && parent.layoutMode !== "NONE") layer.layoutPositioning = "ABSOLUTE";
  const [row, column] = compose(container === null ? IDENTITY_TRANSFORM : invert(container), transform);
  layer.relativeTransform = [[...row], [...column]];
}

const IDENTITY_TRANSFORM: Transform = [
  [1, 0, 0],
  [0, 1, 0],
];

import { compose, invert } from "../../shared/affine.ts";
import { Problem } from "../../shared/problem.ts";
import { type CallInput, type CallOutput, type Spot, type Ticket, unseenOf, type Where } from "../bridge.ts";
import { findFreeSpot } from "./find-free-spot.ts";
import { existingLayer } from "./find-layer.ts";
import {
  containerOf,
  findPlace,
  findPlaceBehind,
  findPlaceBeneath,
  findPlaceInside,
  type Place,
} from "./find-place.ts";
import { contentFingerprintOf } from "./fingerprint.ts";
import { canGrow, growLayer } from "./grow-layer.ts";
import { imageLayer, shownPicture } from "./image-layer.ts";
import { layerGroup, type PlacedLayer, shownIn } from "./layer-group.ts";
import { overhang } from "./margins.ts";
import { putOnAsFill, takesFill } from "./own-fill.ts";
import { settleMasks } from "./settle-masks.ts";
import type { SourceLayer } from "./source-layer.ts";
import { PAINTED_KEY } from "./texts-over.ts";

/** Figma allows 100 kB an entry of pluginData; the id and the key count too. */
const MOST_RECIPE_CHARACTERS = 30_000;

/**
 * Places a result as one new layer, or one group of them: over its target, exactly (same size, same transform, however its parents are turned),
 * behind what is in it or as one of its fills, beside it, or where the designer dropped it. Where another picture of
 * the run was placed over it, that layer shows this one from now on. The original loses nothing. From `createImage` to
 * `commitUndo` nothing awaits, so that it is one undo step and no other editor sees half of it.
 *
 * Problems: "target-gone", "target-changed" (placing "beside" still works then), "image-not-readable",
 * "target-unsupported".
 */
export async function placeLayer(input: CallInput<"place-layer">): Promise<CallOutput<"place-layer">> {
  const { ticket, recipe, where } = input;
  if (recipe.length > MOST_RECIPE_CHARACTERS)
    throw new Problem("target-unsupported", "The settings of this picture are too long to be kept in the layer.");
  const masks = await layersOf(masksOf(ticket));
  const texts = await layersOf(ticket.texts);
  const painted = await layersOf(ticket.painted);
  const earlier = await firstPlaced(input);
  const target = await existingLayer(ticket.target);
  const under = typeof where === "string" ? null : await existingLayer(where.inside);
  if (isOver(where)) checkTarget(target, ticket, where);
  const covered = isOver(where) ? target : null;

  const shown = shownPicture(covered, input);
  const { layers } = input;
  // A group is nothing that another layer can show.
  const single = layers === undefined ? covered : null;
  if (single !== null && earlier !== null && !earlier.removed) {
    if (earlier.id === single.id) putOnAsFill(earlier, shown.paint);
    else {
      earlier.fills = [shown.paint];
      if (isPart(input) || earlier.getPluginData("part") !== "") refit(earlier, shown);
    }
    return finish(earlier, { input, masks, painted }, "Placed instead of the other picture.");
  }
  if (single !== null && input.layering === "fill" && takesFill(single) && shown.isAsTarget) {
    putOnAsFill(single, shown.paint);
    return finish(single, { input, masks, painted }, `Put on “${single.name}” as a fill.`);
  }
  const { expand } = ticket;
  if (single !== null && input.layering === "fill" && expand !== undefined && canGrow(single)) {
    putOnAsFill(single, shown.paint);
    growLayer(single, { ...expand, width: shown.width, height: shown.height });
    single.fills = [shown.paint];
    return finish(single, { input, masks, painted }, `“${single.name}” is larger now; what it showed has not moved.`);
  }
  const layer = layers === undefined ? imageLayer(covered, shown) : layerGroup(covered, layers, input);
  try {
    const mask = masks.find(({ id }) => id === ticket.mask) ?? null;
    const note = putNew(layer, input, {
      target,
      covered,
      mask,
      under,
      transform: shown.transform,
      above: input.textFate === "keep" ? [...texts, ...painted] : texts,
    });
    return finish(layer, { input, masks, painted }, note);
  } catch (error) {
    layer.remove();
    throw error;
  }
}

/** Those that are still there. */
async function layersOf(ids: readonly string[] = []): Promise<SceneNode[]> {
  const layers: SceneNode[] = [];
  for (const id of ids) layers.push(...[await existingLayer(id)].filter((layer) => layer !== null));
  return layers;
}

/** True where the layer shows less than its target, so that another picture in it has another box. */
const isPart = ({ fit }: Pick<CallInput<"place-layer">, "fit">): boolean => typeof fit === "object" && "within" in fit;

/** Puts a layer where what it shows now belongs. */
function refit(layer: SceneNode, { width, height, transform }: SourceLayer): void {
  if ("resize" in layer) layer.resize(width, height);
  const container = containerOf(layer);
  const [row, column] = compose(container === null ? IDENTITY_TRANSFORM : invert(container), transform);
  if ("relativeTransform" in layer) layer.relativeTransform = [[...row], [...column]];
}

interface Around {
  readonly target: SceneNode | null;
  /** The target, where the layer goes over it. */
  readonly covered: SceneNode | null;
  readonly mask: SceneNode | null;
  /** What is where the designer dropped it. */
  readonly under: SceneNode | null;
  /** The layer's on the page, over its target. */
  readonly transform: Transform;
  /** Texts that stay above it. */
  readonly above: readonly SceneNode[];
}

/** Puts a new layer where it was wished for. Returns what the designer should know. */
function putNew(
  layer: PlacedLayer,
  { ticket, where, layering }: CallInput<"place-layer">,
  { target, covered, mask, under, transform, above }: Around,
): string | undefined {
  if (covered !== null)
    return putOver(
      layer,
      { target: covered, mask: mask?.removed ? null : mask, transform, above },
      { layering, ticket },
    );
  if (typeof where !== "string") {
    putAt(layer, where, findPlaceInside(under?.removed ? null : under));
    return undefined;
  }
  const { width, height } = layer;
  const spot = findFreeSpot(target, { ...ticket, width, height }, layer.id);
  layer.x = spot.x;
  layer.y = spot.y;
  showIfUnseen(layer);
  return "Placed on the right, as a new layer.";
}

/** The topmost first. */
const masksOf = ({ mask, alsoMasks = [] }: Ticket): string[] => (mask === undefined ? [] : [mask, ...alsoMasks]);

const isOver = (where: Where): where is "over" | "over anyway" => where === "over" || where === "over anyway";

interface Placing {
  readonly input: CallInput<"place-layer">;
  readonly masks: readonly SceneNode[];
  /** Texts whose letters are in the picture. */
  readonly painted: readonly SceneNode[];
}

/** What the layer has to know of its picture, and what becomes of the masks; ends the step of undo. A target that got a fill keeps its own name. */
function finish(
  layer: SceneNode,
  { input, masks, painted }: Placing,
  placed: string | undefined,
): CallOutput<"place-layer"> {
  const { ticket, name, recipe, job, where } = input;
  if (layer.id !== ticket.target) layer.name = name;
  layer.setPluginData("recipe", recipe);
  layer.setPluginData("target", ticket.target);
  layer.setPluginData("job", job);
  layer.setPluginData("over", isOver(where) ? "yes" : "");
  layer.setPluginData("part", isPart(input) ? "yes" : "");
  layer.setRelaunchData({ regenerate: "Generate again with the same prompt" });
  const settled = isOver(where) ? settleMasks(masks, input.maskFate ?? "keep") : undefined;
  const hidden = isOver(where) && input.textFate === "hide" ? hideTexts(painted, ticket.target) : undefined;
  figma.commitUndo();
  const note = [placed, settled, hidden].filter((text) => text !== undefined).join(" ");
  return { node: layer.id, ...(note !== "" && { note }) };
}

/** The first of the layers that show other pictures of the run and can show this one. */
async function firstPlaced({ replaces, ticket }: CallInput<"place-layer">) {
  for (const id of replaces) {
    const layer = await existingLayer(id);
    const isOfTarget = layer?.getPluginData("target") === ticket.target && layer.getPluginData("over") !== "";
    if (layer !== null && isOfTarget && takesFill(layer)) return layer;
  }
  return null;
}

function checkTarget(target: SceneNode | null, ticket: Ticket, where: "over" | "over anyway"): void {
  if (target === null)
    throw new Problem(
      "target-gone",
      `“${ticket.name}” was deleted while the picture was made. Place it as a new layer instead.`,
    );
  if (where === "over" && contentFingerprintOf(target, unseenOf(ticket)) !== ticket.fingerprint)
    throw new Problem(
      "target-changed",
      `“${ticket.name}” shows something else than when the picture was made. Place it over that anyway, or as a new layer.`,
    );
}

/** What the picture says now need not be said twice. Returns what the designer should know. */
function hideTexts(texts: readonly SceneNode[], target: string): string | undefined {
  const left = texts.filter((text) => !text.removed && text.visible);
  for (const text of left) {
    text.visible = false;
    text.setPluginData(PAINTED_KEY, target);
  }
  const [first] = left;
  if (first === undefined) return undefined;
  return left.length === 1
    ? `The text “${first.name}” is in the picture now, so its layer is hidden.`
    : `${left.length} texts are in the picture now, so their layers are hidden.`;
}

interface Over {
  readonly target: SceneNode;
  readonly mask: SceneNode | null;
  /** Texts that stay above. */
  readonly above: readonly SceneNode[];
  /** The layer's on the page. */
  readonly transform: Transform;
}

/** Puts the layer directly above what it covers, or behind what is in it. Returns what the designer should know. */
function putOver(
  layer: PlacedLayer,
  { target, mask, transform, above }: Over,
  { layering, ticket }: Pick<CallInput<"place-layer">, "layering" | "ticket">,
): string | undefined {
  const behind = ticket.expand === undefined ? findPlaceBehind : findPlaceBeneath;
  const place = (layering === "behind" ? behind(target) : undefined) ?? findPlace(target, mask, above);
  insert(layer, place, transform);
  // Where the parent is resized later, the result goes along with its target.
  if (place.parent.id === target.parent?.id && "constraints" in target)
    for (const shown of shownIn(layer)) shown.constraints = target.constraints;
  const cut = ticket.expand === undefined ? undefined : cutOffBy(layer);
  const notes = [place.note, cut && `“${cut.name}” cuts off what lies beyond it.`].filter((note) => note !== undefined);
  return notes.length > 0 ? notes.join(" ") : undefined;
}

/** The frame that hides a part of the layer. */
function cutOffBy(layer: SceneNode): SceneNode | undefined {
  for (let at = layer.parent; at !== null && at.type !== "PAGE"; at = at.parent) {
    if (!("clipsContent" in at) || !at.clipsContent) continue;
    const { left, top, right, bottom } = overhang(at, [layer]);
    if (Math.max(left, top, right, bottom) > 0.5) return at;
  }
  return undefined;
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
function putAt(layer: PlacedLayer, { x, y }: Spot, place: Place): void {
  const { width, height } = layer;
  insert(layer, place, [
    [1, 0, x - width / 2],
    [0, 1, y - height / 2],
  ]);
}

/** `transform`: the layer's on the page. */
function insert(layer: PlacedLayer, { parent, index, container }: Place, transform: Transform): void {
  parent.insertChild(index, layer);
  if ("layoutMode" in parent && parent.layoutMode !== "NONE") layer.layoutPositioning = "ABSOLUTE";
  const [row, column] = compose(container === null ? IDENTITY_TRANSFORM : invert(container), transform);
  layer.relativeTransform = [[...row], [...column]];
}

const IDENTITY_TRANSFORM: Transform = [
  [1, 0, 0],
  [0, 1, 0],
];

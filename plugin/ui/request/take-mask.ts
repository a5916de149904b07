import type { Size } from "../../../shared/geometry.ts";
import { HALF_COVERED } from "../../../shared/mask.ts";
import { Problem } from "../../../shared/problem.ts";
import type { MaskShape, Ticket } from "../../bridge.ts";
import { expandedArea } from "../pixels/kept-area.ts";
import { drawnMask, type LaidMask, masksOn } from "../pixels/mask-raster.ts";
import type { SourceRaster } from "../pixels/source-raster.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Of an export's long side: Figma makes no larger ones. */
const MOST_PIXELS = 4096;
/** Of an export all in all, where it is finer than the raster. */
const MOST_AREA = 4_000_000;
/** Pixels of the mask along a pixel of the raster, and along one of the canvas, where that is affordable. */
const FINENESS = 4;

export interface MaskOrder {
  readonly target: Ticket;
  readonly raster: SourceRaster;
  readonly shape: MaskShape;
}

export interface TakenMask extends LaidMask {
  /** How wide its lines are drawn, canvas pixels, where it has any. */
  readonly line: number | undefined;
}

/**
 * The ticket's masks on its target's raster, also where they are hidden; where it goes beyond its target without any, all that lies
 * around. A mask that goes all around the picture leaves the picture alone. Problem "target-gone".
 */
export async function takeMask({ target, raster, shape }: MaskOrder, main: MainClient): Promise<TakenMask> {
  const { expand } = target;
  const around = expand === undefined ? null : expandedArea({ ...target, expand }, raster.exported);
  if (target.mask === undefined) {
    if (around === null)
      throw new Problem("mask-empty", "Put a shape over a picture and select it: the shape says where to repaint.");
    return { ...drawnMask({ ...raster.size, data: around.coverage }), hasLoop: false, line: undefined };
  }
  const laid = await takeShapes({ target, raster, shape }, main);
  if (around === null || !around.kept.every((kept, i) => kept === 0 || laid.coverage[i]! >= HALF_COVERED)) return laid;
  const data = laid.coverage.map((value, i) => (around.kept[i] ? 0 : value));
  return { ...laid, ...drawnMask({ ...raster.size, data }) };
}

interface Masks {
  readonly mask: string;
  readonly alsoMasks?: readonly string[] | undefined;
}

const nodesOf = ({ mask, alsoMasks = [] }: Masks) => [mask, ...alsoMasks];

/** What `takeMask` asks about a ticket's masks before it has those drawn that can't be drawn here. */
export const describeMasks = (masks: Masks, main: MainClient) => main.call("describe-masks", { nodes: nodesOf(masks) });

async function takeShapes({ target, raster, shape }: MaskOrder, main: MainClient): Promise<TakenMask> {
  const masks = { mask: target.mask!, alsoMasks: target.alsoMasks };
  const { layers } = await describeMasks(masks, main);
  if (layers.length < nodesOf(masks).length)
    throw new Problem("target-gone", "The mask no longer exists. Undo its removal, or draw another one.");
  const orders = layers
    .filter(({ outline }) => outline === undefined)
    .map((layer) => ({
      ...{ node: layer.id, scale: scaleOf(layer, raster), bounds: "rendered" as const, evenHidden: true },
    }));
  const { exports } = orders.length > 0 ? await main.call("export-layers", { layers: orders }) : { exports: [] };
  const ordered = new Map(orders.map(({ node }, i) => [node, exports[i]!]));
  const drawn = layers.map(({ id, line, outline }) => outline ?? { exported: ordered.get(id)!, line });
  const lines = layers.flatMap(({ line }) => line ?? []);
  return {
    ...(await masksOn({ target, raster, shape }, drawn)),
    line: lines.length > 0 ? Math.max(...lines) : undefined,
  };
}

/** At least that of the raster; finer, so that only pixels that the mask touches are covered, as far as that is quick. */
function scaleOf({ width, height }: Size, raster: SourceRaster): number {
  const wanted = FINENESS * Math.max(raster.scale, 1);
  const quick = Math.sqrt(MOST_AREA / Math.max(width * height, 1));
  return Math.min(Math.max(Math.min(wanted, quick), raster.scale), MOST_PIXELS / Math.max(width, height, 1));
}

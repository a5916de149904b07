/** The part of its source that a Fill changed: as it is enlarged by itself, and where it lies then. */
import { type Affine, compose } from "../../../shared/affine.ts";
import { growRect, type Rect, type Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Ticket } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";
import { newCanvas, toPng } from "./canvas.ts";
import { type FittedResult, resultOverSource } from "./fitted-result.ts";
import { isSame, patchOf } from "./patch.ts";
import { sourceRaster } from "./source-raster.ts";

export interface ChangedPart {
  /** On the pixels that the Fill worked on. */
  readonly part: Rect;
  /** PNGs of the part: the result, with what lies around the change, and white where it changed. */
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
}

/** Pixels around the change that an upscaler sees, so that its edge is drawn like the rest. */
const AROUND = 32;

/** Problem "target-changed" where what it changed can't be told any more; "target-gone", "image-…". */
export async function changedPart(result: Uint8Array, ticket: Ticket, main: MainClient): Promise<ChangedPart> {
  const pair = await resultOverSource(result, ticket, main);
  if (pair === null)
    throw new Problem(
      "target-changed",
      `“${ticket.name}” shows something else than when the picture was made, so the part that changed can't be told.`,
    );
  const { before, after } = pair;
  const { width, height } = after;
  const patch = patchOf(before, after).data;
  const [shown, changed] = [after.data.slice(), new Uint8Array(after.data.length)];
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < changed.length; i += 4) {
    const same = isSame(before.data, after.data, i);
    changed.set(same ? [0, 0, 0, 255] : [255, 255, 255, 255], i);
    if (same) continue;
    // What must be drawn over a pixel that is seen through is not what is seen then.
    shown.set(patch.subarray(i, i + 4), i);
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < 0) throw new Problem("mask-empty", "This Fill changed nothing that could be made larger.");
  const part = growRect({ x: left, y: top, width: right - left + 1, height: bottom - top + 1 }, AROUND, after);
  const cut = (data: Uint8Array) => cutPng({ width, height, data }, part);
  return { part, image: await cut(shown), mask: await cut(changed) };
}

function cutPng({ width, height, data }: PixelImage, part: Rect): Promise<Uint8Array> {
  const context = newCanvas(part);
  context.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), -part.x, -part.y);
  return toPng(context);
}

/** A part that was made larger, as it is put back: where it was, however its target lies and is shown now. */
export async function partResult(
  bytes: Uint8Array,
  { part, ticket, main }: { readonly part: Rect; readonly ticket: Ticket; readonly main: MainClient },
): Promise<FittedResult> {
  const { layers } = await main.call("describe-layers", { nodes: [ticket.target] });
  const [[a, c, e], [b, d, f]] = fromUnit(part, ticket, layers[0] ?? ticket);
  return {
    bytes,
    fit: {
      part: [
        [a, c, e],
        [b, d, f],
      ],
    },
  };
}

/** From the unit square of the layer that shows the source to that of the part. `now`: the target's size. */
function fromUnit(part: Rect, ticket: Ticket, now: Size): Affine {
  const { size, fromTarget } = sourceRaster(ticket.picture === undefined ? ticket : { ...ticket, ...sizeOf(now) });
  const toSource =
    ticket.picture === undefined ? scaled(size.width, size.height) : compose(fromTarget, scaled(now.width, now.height));
  const toPart: Affine = [
    [1 / part.width, 0, -part.x / part.width],
    [0, 1 / part.height, -part.y / part.height],
  ];
  return compose(toPart, toSource);
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

const scaled = (x: number, y: number): Affine => [
  [x, 0, 0],
  [0, y, 0],
];

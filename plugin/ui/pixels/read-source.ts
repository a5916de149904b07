/** The pixels that a Fill works on, read from the document. */

import type { Ticket } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";
import { decode, newCanvas } from "./canvas.ts";
import { exportedScale, quarterTurns, type SourceRaster, sourceRaster } from "./source-raster.ts";

export interface Source {
  readonly raster: SourceRaster;
  readonly context: CanvasRenderingContext2D;
}

/** The same ticket gives the same pixels, as long as its target shows the same. Problems "target-gone", "image-…". */
export async function readSource(ticket: Ticket, main: MainClient): Promise<Source> {
  const { picture, target, mask, alsoMasks = [] } = ticket;
  if (picture === undefined) {
    const scale = exportedScale(ticket);
    const without = mask === undefined ? {} : { without: [mask, ...alsoMasks] };
    const { bytes } = await main.call("export-layer", { node: target, scale, bounds: "box", ...without });
    const bitmap = await decode(bytes);
    const context = newCanvas(bitmap);
    context.drawImage(bitmap, 0, 0);
    return { raster: sourceRaster(ticket, { width: bitmap.width, height: bitmap.height }), context };
  }
  const { bytes } = await main.call("read-image", { hash: picture.hash });
  const bitmap = await decode(bytes);
  const raster = sourceRaster(ticket);
  const context = newCanvas(raster.size);
  if (picture.paint.scaleMode === "TILE") {
    context.fillStyle = context.createPattern(bitmap, "repeat")!;
    context.fillRect(0, 0, raster.size.width, raster.size.height);
  } else drawTurned(context, bitmap, quarterTurns(picture.paint));
  return { raster, context };
}

/** Turns a picture by quarters, clockwise, onto a canvas of its new shape. Not one of its pixels changes. */
export function drawTurned(
  context: CanvasRenderingContext2D,
  picture: ImageBitmap | HTMLCanvasElement,
  quarters: number,
): void {
  const { width, height } = context.canvas;
  context.imageSmoothingEnabled = false;
  context.setTransform(1, 0, 0, 1, width / 2, height / 2);
  context.rotate((quarters * Math.PI) / 2);
  context.drawImage(picture, -picture.width / 2, -picture.height / 2);
  context.resetTransform();
}

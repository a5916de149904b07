/** The pixels that a Fill works on, read from the document. */

import { type Ticket, unseenOf } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";
import { expandedArea } from "./kept-area.ts";
import { isPlainPng } from "./plain-png.ts";
import { expandedRaster, exportedScale, quarterTurns, type SourceRaster, sourceRaster } from "./source-raster.ts";

export interface Source {
  readonly raster: SourceRaster;
  readonly context: CanvasRenderingContext2D;
}

/** The pixels as a PNG: the image's own file where that has just these, so that nothing is decoded and encoded again. Problems as `readSource`. */
export async function readSourcePng(
  ticket: Ticket,
  main: MainClient,
): Promise<{ readonly raster: SourceRaster; readonly png: Uint8Array }> {
  if (ticket.expand === undefined && isImageItself(ticket)) {
    const raster = sourceRaster(ticket);
    const { bytes } = await main.call("read-image", { hash: ticket.picture.hash });
    if (isPlainPng(bytes, raster.size)) return { raster, png: bytes };
    return { raster, png: await toPng(await ownPicture(ticket, bytes)) };
  }
  const { raster, context } = await readSource(ticket, main);
  return { raster, png: await toPng(context) };
}

type OfPicture = Ticket & Required<Pick<Ticket, "picture">>;

const isImageItself = (ticket: Ticket): ticket is OfPicture =>
  ticket.picture !== undefined && ticket.picture.paint.scaleMode !== "TILE" && quarterTurns(ticket.picture.paint) === 0;

/** The same ticket gives the same pixels, as long as its target shows the same. Problems "target-gone", "image-…". */
export async function readSource(ticket: Ticket, main: MainClient): Promise<Source> {
  const { expand, ...plain } = ticket;
  const source = await readTarget(plain, main);
  return expand === undefined ? source : expanded(source, { ...ticket, expand });
}

/** On the larger raster, with nothing around what is kept. */
function expanded({ raster, context }: Source, ticket: Ticket & Required<Pick<Ticket, "expand">>): Source {
  const { canvas } = context;
  const larger = sourceRaster(ticket, raster.exported);
  const { inner, shrunk } = expandedRaster(raster, ticket, ticket.expand);
  const around = newCanvas(larger.size);
  around.imageSmoothingEnabled = shrunk < 1;
  around.imageSmoothingQuality = "high";
  around.drawImage(canvas, inner.x, inner.y, inner.width, inner.height);
  const { kept } = expandedArea(ticket, raster.exported);
  const pixels = around.getImageData(0, 0, larger.size.width, larger.size.height);
  const isHidden = (i: number) => kept[i] === 0 && pixels.data[i * 4 + 3]! > 0;
  if (kept.some((_, i) => isHidden(i))) {
    kept.forEach((_, i) => {
      if (isHidden(i)) pixels.data.fill(0, i * 4, i * 4 + 4);
    });
    around.putImageData(pixels, 0, 0);
  }
  return { raster: larger, context: around };
}

async function readTarget(ticket: Ticket, main: MainClient): Promise<Source> {
  const { picture, target } = ticket;
  if (picture === undefined) {
    const scale = exportedScale(ticket);
    const without = unseenOf(ticket);
    const { bytes } = await main.call("export-layer", { node: target, scale, bounds: "box", without });
    const bitmap = await decode(bytes);
    const context = newCanvas(bitmap);
    context.drawImage(bitmap, 0, 0);
    return { raster: sourceRaster(ticket, { width: bitmap.width, height: bitmap.height }), context };
  }
  const { bytes } = await main.call("read-image", { hash: picture.hash });
  return { raster: sourceRaster(ticket), context: await ownPicture({ ...ticket, picture }, bytes) };
}

/** An image as its layer shows it. */
async function ownPicture(ticket: OfPicture, bytes: Uint8Array): Promise<CanvasRenderingContext2D> {
  const { paint } = ticket.picture;
  const bitmap = await decode(bytes);
  const { size } = sourceRaster(ticket);
  const context = newCanvas(size);
  if (paint.scaleMode === "TILE") {
    context.fillStyle = context.createPattern(bitmap, "repeat")!;
    context.fillRect(0, 0, size.width, size.height);
  } else drawTurned(context, bitmap, quarterTurns(paint));
  return context;
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

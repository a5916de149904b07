/** A Fill's result as it is put back: what it changed, or the whole of it. */
import { isTranslation } from "../../../shared/affine.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { Fit, Ticket } from "../../bridge.ts";
import { t } from "../text/language.ts";
import type { MainClient } from "../wires/main-client.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";
import { patchOf } from "./patch.ts";
import { drawTurned, readSource } from "./read-source.ts";
import { quarterTurns, sourceRaster } from "./source-raster.ts";

export interface FittedResult {
  readonly bytes: Uint8Array;
  readonly fit: Fit;
  /** What the designer should know. */
  readonly note?: string;
}

/** The result as a picture by itself, to be put anywhere. */
export async function wholeResult(result: Uint8Array, ticket: Ticket): Promise<FittedResult> {
  const made = await drawn(result);
  return isOfSource(made, ticket)
    ? { bytes: await turnedBack(made, ticket), fit: "source" }
    : { bytes: result, fit: "cover" };
}

/** True where a Fill worked on a picture that has a name of its own: under that name it is never another one. */
export const isFixed = ({ picture }: Ticket): boolean => picture !== undefined;

/** By the bytes of the result, which belong to one picture. */
const known = new WeakMap<Uint8Array, Promise<FittedResult>>();

/** As `findChanged`; of a fixed picture it is found once, so that it may be asked for before it is needed. */
export function changedResult(result: Uint8Array, ticket: Ticket, main: MainClient): Promise<FittedResult> {
  if (!isFixed(ticket)) return findChanged(result, ticket, main);
  const found = known.get(result) ?? findChanged(result, ticket, main);
  known.set(result, found);
  found.catch(() => known.delete(result));
  return found;
}

/**
 * What the result changed of its target, transparent everywhere else, so that over the target nothing else changes. Where the
 * target was taken as drawn and is drawn otherwise now, that can't be told: then it is the whole, with a note.
 */
async function findChanged(result: Uint8Array, ticket: Ticket, main: MainClient): Promise<FittedResult> {
  const pair = await resultOverSource(result, ticket, main);
  if (pair === null)
    return {
      ...(await wholeResult(result, ticket)),
      note: t.window.coversWhole,
    };
  const { before, after, context } = pair;
  const { width, height, data } = patchOf(before, after);
  context.putImageData(
    new ImageData(new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length), width, height),
    0,
    0,
  );
  return { bytes: await turnedBack(context, ticket), fit: "source" };
}

interface ResultAndSource {
  readonly before: PixelImage;
  readonly after: PixelImage;
  /** Shows the result. */
  readonly context: CanvasRenderingContext2D;
}

/** A Fill's result and the pixels that it was made of; null where these are drawn otherwise now. */
export async function resultOverSource(
  result: Uint8Array,
  ticket: Ticket,
  main: MainClient,
): Promise<ResultAndSource | null> {
  const reading = async () => {
    const now = ticket.picture === undefined ? await sameDrawing(ticket, main) : ticket;
    return now && readSource(now, main);
  };
  const [context, source] = await Promise.all([drawn(result), reading()]);
  if (source === null || !isOfSource(context, ticket)) return null;
  const { width, height } = context.canvas;
  if (!hasSize(source.context.canvas, context.canvas))
    throw new Error(`The result has ${width} × ${height} pixels, unlike its source`);
  return { before: pixelsOf(source.context), after: pixelsOf(context), context };
}

/** The ticket, less masks that are gone, if its target is still drawn as it was; null where it is not. */
async function sameDrawing(ticket: Ticket, main: MainClient): Promise<Ticket | null> {
  const { target, mask, alsoMasks = [], ...rest } = ticket;
  const { texts, painted, seesTexts } = ticket;
  const masks = mask === undefined ? [] : [mask, ...alsoMasks];
  const { layers } = await main.call("describe-layers", { nodes: [target, ...masks] });
  const present = (id: string) => layers.some((layer) => layer.id === id);
  // A target that is gone is told when it is placed.
  if (!present(target)) return null;
  const [first, ...others] = masks.filter(present);
  const left = first !== undefined && { mask: first, alsoMasks: others };
  const then: Ticket = { ...rest, target, ...left };
  const now = await main.call("take-ticket", { target, ...left, texts, painted, seesTexts });
  const isSame = now.fingerprint === ticket.fingerprint && now.width === ticket.width && now.height === ticket.height;
  return isSame && isMovedOnly(now, ticket) ? then : null;
}

/** By whole pixels of the canvas, so that it is drawn from the same pixels. */
function isMovedOnly({ transform: now }: Ticket, { transform: then }: Ticket): boolean {
  const linear = [0, 1].every((row) => [0, 1].every((column) => near(now[row]![column]! - then[row]![column]!)));
  const [x, y] = [now[0][2] - then[0][2], now[1][2] - then[1][2]];
  return linear && (isTranslation(then) || (near(x - Math.round(x)) && near(y - Math.round(y))));
}

const near = (difference: number) => Math.abs(difference) < 1e-4;

async function drawn(bytes: Uint8Array): Promise<CanvasRenderingContext2D> {
  const bitmap = await decode(bytes);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  return context;
}

/** As the image itself lies, which the paint turns. */
async function turnedBack(made: CanvasRenderingContext2D, { picture }: Ticket): Promise<Uint8Array> {
  const quarters = picture === undefined ? 0 : quarterTurns(picture.paint);
  if (quarters === 0) return toPng(made);
  const { width, height } = made.canvas;
  const context = newCanvas(quarters % 2 === 1 ? { width: height, height: width } : { width, height });
  drawTurned(context, made.canvas, 4 - quarters);
  return toPng(context);
}

/** Exports of layers at broken sizes may be a pixel larger than they should. */
function isOfSource({ canvas }: CanvasRenderingContext2D, ticket: Ticket): boolean {
  const { size } = sourceRaster(ticket);
  return Math.abs(canvas.width - size.width) <= 1 && Math.abs(canvas.height - size.height) <= 1;
}

const hasSize = (a: HTMLCanvasElement, b: HTMLCanvasElement) => a.width === b.width && a.height === b.height;

function pixelsOf(context: CanvasRenderingContext2D): PixelImage {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer) };
}

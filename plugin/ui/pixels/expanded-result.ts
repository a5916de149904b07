import type { Size } from "../../../shared/geometry.ts";
import type { Fit, Ticket } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";
import { resultOverSource } from "./fitted-result.ts";
import { expandedArea } from "./kept-area.ts";
import { patchOf } from "./patch.ts";
import { readSource } from "./read-source.ts";
import { cropOf, sourceRaster } from "./source-raster.ts";

export interface ExpandedResult {
  readonly bytes: Uint8Array;
  readonly fit: Fit;
}

interface Expanded {
  readonly ticket: Ticket & Required<Pick<Ticket, "expand">>;
  /** As large as it was before it was enlarged; absent: it was not. */
  readonly painted?: Size | undefined;
  /** True where the target's own picture will not be seen with it. */
  readonly alone: boolean;
  readonly main: MainClient;
}

/**
 * A result that goes beyond its target, with the target's own pixels in it, so that no line shows where the two meet. Over or under a picture
 * that is see-through in places it is only what was painted, or one would see that picture twice. Where the target is drawn otherwise now, or
 * the result was enlarged, what was painted over the picture can't be told from it: then it is what lies beyond.
 */
export async function expandedResult(
  result: Uint8Array,
  { ticket, painted, alone, main }: Expanded,
): Promise<ExpandedResult> {
  const bitmap = await decode(result);
  const expected = sourceRaster(ticket);
  const isAsExpected = hasSize(painted ?? bitmap, expected.size);
  // Exports of layers at broken sizes may be a pixel larger than they should.
  const raster = isAsExpected ? expected : (await readSource(ticket, main)).raster;
  const [[a, c, e], [b, d, f]] = cropOf(ticket, raster);
  const fit: Fit = {
    around: [
      [a, c, e],
      [b, d, f],
    ],
  };
  if (alone) return { bytes: result, fit };
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  const { width, height } = bitmap;
  const pixels = context.getImageData(0, 0, width, height);
  const pair = painted === undefined ? await resultOverSource(result, ticket, main) : null;
  const { kept } = expandedArea(ticket, raster.exported);
  const own = pair?.before.data ?? pixels.data;
  const isKept = (i: number) =>
    kept[
      downTo(Math.floor(i / width), height, raster.size.height) * raster.size.width +
        downTo(i % width, width, raster.size.width)
    ] === 1;
  let seesThrough = false;
  for (let i = 0; i < width * height && !seesThrough; i++) seesThrough = own[i * 4 + 3]! < 255 && isKept(i);
  if (!seesThrough) return { bytes: result, fit };
  if (pair !== null) pixels.data.set(patchOf(pair.before, pair.after).data);
  else for (let i = 0; i < width * height; i++) if (isKept(i)) pixels.data.fill(0, i * 4, i * 4 + 4);
  context.putImageData(pixels, 0, 0);
  return { bytes: await toPng(context), fit };
}

/** Of the pixel that one of `many` was made of. */
const downTo = (at: number, many: number, few: number) => Math.floor(((at + 0.5) * few) / many);

const hasSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height;

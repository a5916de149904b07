import type { Fit, Ticket } from "../../bridge.ts";
import type { MainClient } from "../wires/main-client.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";
import { expandedArea } from "./kept-area.ts";
import { readSource } from "./read-source.ts";
import { cropOf, sourceRaster } from "./source-raster.ts";

export interface ExpandedResult {
  readonly bytes: Uint8Array;
  readonly fit: Fit;
}

/**
 * A result that goes beyond its target, with the target's own pixels in it, so that no line shows where the two meet. Of a picture that is
 * see-through in places it is only what was painted, or one would see it twice.
 */
export async function expandedResult(
  result: Uint8Array,
  ticket: Ticket & Required<Pick<Ticket, "expand">>,
  main: MainClient,
): Promise<ExpandedResult> {
  const bitmap = await decode(result);
  const expected = sourceRaster(ticket);
  const isAsExpected = expected.size.width === bitmap.width && expected.size.height === bitmap.height;
  // Exports of layers at broken sizes may be a pixel larger than they should.
  const raster = isAsExpected ? expected : (await readSource(ticket, main)).raster;
  const [[a, c, e], [b, d, f]] = cropOf(ticket, raster);
  const fit: Fit = {
    around: [
      [a, c, e],
      [b, d, f],
    ],
  };
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  const { width, height } = bitmap;
  const pixels = context.getImageData(0, 0, width, height);
  const { kept } = expandedArea(ticket, raster.exported);
  if (kept.every((value, i) => value === 0 || pixels.data[i * 4 + 3] === 255)) return { bytes: result, fit };
  kept.forEach((value, i) => {
    if (value) pixels.data.fill(0, i * 4, i * 4 + 4);
  });
  context.putImageData(pixels, 0, 0);
  return { bytes: await toPng(context), fit };
}

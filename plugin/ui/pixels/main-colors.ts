import { colorClusters } from "../../../shared/color/color-clusters.ts";
import { colorCounts } from "../../../shared/color/color-counts.ts";
import { oklabOf, srgbOfOklab } from "../../../shared/color/oklab.ts";
import { hexOf } from "../../../shared/color/srgb.ts";
import { decode, newCanvas } from "./canvas.ts";

/** The main colours of a picture, at most `most`, "#rrggbb", the one that covers most first. Throws Problem "image-not-readable". */
export async function mainColors(png: Uint8Array, most: number): Promise<string[]> {
  const bitmap = await decode(png);
  const { width, height } = bitmap;
  const context = newCanvas({ width, height });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const counts = colorCounts({ width, height, data: new Uint8Array(data.buffer) });
  const weighted = counts.map(({ color, count }) => ({ at: oklabOf(color), weight: count }));
  return colorClusters(weighted, most).map((color) => hexOf(srgbOfOklab(color)));
}

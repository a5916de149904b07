import type { Srgb } from "../../../shared/color/srgb.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

/** Places along each channel. */
const SIDE = 33;

/** A function of colours, at 33³ places: red slowest, three channels each, levels of 255. */
export type ColorTable = Float32Array;

export function colorTable(change: (color: Srgb) => Srgb): ColorTable {
  const table = new Float32Array(3 * SIDE ** 3);
  let at = 0;
  for (let r = 0; r < SIDE; r++)
    for (let g = 0; g < SIDE; g++)
      for (let b = 0; b < SIDE; b++) {
        const made = change([r / (SIDE - 1), g / (SIDE - 1), b / (SIDE - 1)]);
        for (let c = 0; c < 3; c++) table[at++] = made[c]! * 255;
      }
  return table;
}

/** Trilinear between the places of the table; alpha stays. */
export function applyColorTable(image: PixelImage, table: ColorTable): PixelImage {
  const data = image.data.slice();
  const low = new Uint8Array(256);
  const share = new Float64Array(256);
  for (let value = 0; value < 256; value++) {
    const place = (value / 255) * (SIDE - 1);
    low[value] = Math.min(SIDE - 2, Math.floor(place));
    share[value] = place - low[value]!;
  }
  const [red, green] = [3 * SIDE * SIDE, 3 * SIDE];
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const [sr, sg, sb] = [share[r]!, share[g]!, share[b]!];
    const at = red * low[r]! + green * low[g]! + 3 * low[b]!;
    for (let c = 0; c < 3; c++) {
      const along = (from: number) => table[from + c]! * (1 - sb) + table[from + 3 + c]! * sb;
      const plane = (from: number) => along(from) * (1 - sg) + along(from + green) * sg;
      data[i + c] = Math.round(plane(at) * (1 - sr) + plane(at + red) * sr);
    }
  }
  return { ...image, data };
}

import { HALF_COVERED, type Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { interpolateCells } from "./cell-grid.ts";
import { membranes, type Samples } from "./membrane.ts";

/** Pixels of a cell, along a side; more where the picture is so large that it would have more than so many in a row. */
const CELL = 4;
const MOST_CELLS = 256;
/** So little that the known cells keep their colours. */
const STIFFNESS = 0.05;

/**
 * The picture, where the mask is half covered or more continued smoothly from what is around: the lowest frequencies that a
 * picture can go on with. InvokeAI and krita-ai-diffusion fill what is to be outpainted before they denoise it for the same
 * reason: an autoencoder sees no white edge beside the picture, and the noise at the first step leaks its colours. Opaque.
 * The picture as it is where nothing of it is known.
 */
export function infilled(image: PixelImage, mask: Mask): PixelImage {
  const { width, height } = image;
  const cell = Math.max(CELL, Math.ceil(Math.max(width, height) / MOST_CELLS));
  const grid = { width: Math.ceil(width / cell), height: Math.ceil(height / cell) };
  const unknown = { ...mask, data: mask.data.map((value) => Number(value >= HALF_COVERED)) };
  const data = image.data.slice();
  const samples = meansOf(image, unknown, { cell, columns: grid.width, cells: grid.width * grid.height });
  if (!samples[0]!.weights.some((weight) => weight > 0)) return image;
  for (const [c, values] of membranes(grid, samples, STIFFNESS).entries())
    interpolateCells({ values, columns: grid.width, cell }, unknown, (pixel, value) => {
      data[pixel * 4 + c] = Math.round(Math.min(Math.max(value, 0), 255));
      data[pixel * 4 + 3] = 255;
    });
  return { ...image, data };
}

interface Cells {
  readonly cell: number;
  readonly columns: number;
  readonly cells: number;
}

/** For each colour: of what is known in each cell, its mean, and how much of the cell that is: 0 … 1. */
function meansOf({ width, height, data }: PixelImage, unknown: Mask, { cell, columns, cells }: Cells): Samples[] {
  const sums = [0, 1, 2].map(() => new Float64Array(cells));
  const [red, green, blue] = sums as [Float64Array, Float64Array, Float64Array];
  const counts = new Float64Array(cells);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (unknown.data[i]) continue;
      const at = Math.floor(y / cell) * columns + Math.floor(x / cell);
      red[at] = red[at]! + data[i * 4]!;
      green[at] = green[at]! + data[i * 4 + 1]!;
      blue[at] = blue[at]! + data[i * 4 + 2]!;
      counts[at] = counts[at]! + 1;
    }
  const weights = counts.map((count) => count / cell ** 2);
  return sums.map((all) => ({ values: all.map((sum, i) => (counts[i] ? sum / counts[i]! : 0)), weights }));
}

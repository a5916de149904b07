import { HALF_COVERED, type Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { interpolateCells } from "./cell-grid.ts";
import { membrane } from "./membrane.ts";

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
  for (let c = 0; c < 3; c++) {
    const samples = meansOf(image, unknown, { cell, columns: grid.width, cells: grid.width * grid.height, channel: c });
    if (!samples.weights.some((weight) => weight > 0)) return image;
    const values = membrane(grid, samples, STIFFNESS);
    interpolateCells({ values, columns: grid.width, cell }, unknown, (pixel, value) => {
      data[pixel * 4 + c] = Math.round(Math.min(Math.max(value, 0), 255));
      data[pixel * 4 + 3] = 255;
    });
  }
  return { ...image, data };
}

interface Cells {
  readonly cell: number;
  readonly columns: number;
  readonly cells: number;
  readonly channel: number;
}

/** Of what is known in each cell, its mean, and how much of the cell that is: 0 … 1. */
function meansOf({ width, height, data }: PixelImage, unknown: Mask, { cell, columns, cells, channel }: Cells) {
  const sums = new Float64Array(cells);
  const counts = new Float64Array(cells);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (unknown.data[i]) continue;
      const at = Math.floor(y / cell) * columns + Math.floor(x / cell);
      sums[at] = sums[at]! + data[i * 4 + channel]!;
      counts[at] = counts[at]! + 1;
    }
  return {
    values: sums.map((sum, i) => (counts[i] ? sum / counts[i]! : 0)),
    weights: counts.map((count) => count / cell ** 2),
  };
}

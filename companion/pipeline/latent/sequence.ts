/** Latents as a transformer reads them: a sequence of their places, row by row. */
import { elementCount, type Tensor, tensor } from "../../tensor.ts";

/** [1, C, h, w] → [1, h · w, C]. */
export function toRows({ data, dims }: Tensor): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const area = height * width;
  const rows = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) for (let i = 0; i < area; i++) rows[i * channels + c] = data[c * area + i]!;
  return tensor(rows, [1, area, channels]);
}

/**
 * How a cell's numbers lie in its row: of each place in it all channels (Z-Image), or of each channel all places (FLUX.1). Sources:
 * diffusers, transformer_z_image.py, `_patchify_image`; pipeline_flux.py, `_pack_latents`.
 */
export type CellOrder = "by-place" | "by-channel";

export interface Cells {
  /** Places along a side. */
  readonly cell: number;
  readonly order: CellOrder;
}

/** The same by cells of `cell`² places: [1, C, h, w] → [1, rows, cell² · C], filled up with zeros. Default: as many rows as cells. */
export function toCellRows({ data, dims }: Tensor, { rows, ...cells }: Cells & { readonly rows?: number }): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const numbers = cells.cell ** 2 * channels;
  const count = rows ?? (height * width) / cells.cell ** 2;
  const packed = new Float32Array(count * numbers);
  eachInCells(dims, cells, (place, at) => {
    packed[at] = data[place]!;
  });
  return tensor(packed, [1, count, numbers]);
}

/** Back to `dims` [1, C, h, w], of the first rows. */
export function fromCellRows({ data }: Tensor, dims: readonly number[], cells: Cells): Tensor {
  const latent = new Float32Array(elementCount(dims));
  eachInCells(dims, cells, (place, at) => {
    latent[place] = data[at]!;
  });
  return tensor(latent, dims);
}

function eachInCells(dims: readonly number[], { cell, order }: Cells, body: (place: number, at: number) => void): void {
  const [, channels, height, width] = dims as [number, number, number, number];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const row = Math.floor(y / cell) * (width / cell) + Math.floor(x / cell);
        const inside = (y % cell) * cell + (x % cell);
        const at = order === "by-place" ? inside * channels + c : c * cell ** 2 + inside;
        body((c * height + y) * width + x, row * cell ** 2 * channels + at);
      }
}

/** Back to `dims` [1, C, h, w], of the first rows: those behind them belong to other pictures. */
export function fromRows({ data }: Tensor, dims: readonly number[]): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const area = height * width;
  const latent = new Float32Array(elementCount(dims));
  for (let c = 0; c < channels; c++) for (let i = 0; i < area; i++) latent[c * area + i] = data[i * channels + c]!;
  return tensor(latent, dims);
}

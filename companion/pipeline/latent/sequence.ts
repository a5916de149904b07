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
 * The same by cells of `cell`² places, filled up with zeros: [1, C, h, w] → [1, rows, cell² · C], of each place in a cell all
 * channels. Source: diffusers, transformer_z_image.py, `_patchify_image`.
 */
export function toCellRows(
  { data, dims }: Tensor,
  { cell, rows }: { readonly cell: number; readonly rows: number },
): Tensor {
  const packed = new Float32Array(rows * cell ** 2 * dims[1]!);
  eachInCells(dims, cell, (place, at) => {
    packed[at] = data[place]!;
  });
  return tensor(packed, [1, rows, cell ** 2 * dims[1]!]);
}

/** Back to `dims` [1, C, h, w], of the first rows. */
export function fromCellRows({ data }: Tensor, dims: readonly number[], cell: number): Tensor {
  const latent = new Float32Array(elementCount(dims));
  eachInCells(dims, cell, (place, at) => {
    latent[place] = data[at]!;
  });
  return tensor(latent, dims);
}

function eachInCells(dims: readonly number[], cell: number, body: (place: number, at: number) => void): void {
  const [, channels, height, width] = dims as [number, number, number, number];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const row = Math.floor(y / cell) * (width / cell) + Math.floor(x / cell);
        const inside = (y % cell) * cell + (x % cell);
        body((c * height + y) * width + x, (row * cell ** 2 + inside) * channels + c);
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

/** Latents of several frames, [1, C, F, h, w], and where else their frames lie. */
import { type Tensor, tensor } from "../../tensor.ts";

/** [1, C, F, h, w] → [F, C, h, w]. */
export function byFrame({ data, dims }: Tensor): Tensor {
  const [, channels, frames, height, width] = dims as [number, number, number, number, number];
  return tensor(exchanged(data, [channels, frames]), [frames, channels, height, width]);
}

/** [F, C, h, w] → [1, C, F, h, w]. */
export function byChannel({ data, dims }: Tensor): Tensor {
  const [frames, channels, height, width] = dims as [number, number, number, number];
  return tensor(exchanged(data, [frames, channels]), [1, channels, frames, height, width]);
}

/** Blocks in rows and columns, [rows, columns, …] → [columns, rows, …]. */
function exchanged(data: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const size = data.length / (rows * columns);
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      out.set(data.subarray(from, from + size), (column * rows + row) * size);
    }
  return out;
}

/** Frame `f` of [1, C, F, h, w] as a picture's latent [1, C, h, w]. */
export function frameAt({ data, dims }: Tensor, f: number): Tensor {
  const [, channels, frames, height, width] = dims as [number, number, number, number, number];
  const area = height * width;
  const out = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const from = (c * frames + f) * area;
    out.set(data.subarray(from, from + area), c * area);
  }
  return tensor(out, [1, channels, height, width]);
}

/** All of them. */
export const framesOf = (latent: Tensor): Tensor[] =>
  Array.from({ length: latent.dims[2]! }, (_, f) => frameAt(latent, f));

/** [F, …] begun `by` frames later, 0 … F - 1, as a ring. */
export function turned({ data, dims }: Tensor, by: number): Tensor {
  const cut = (data.length / dims[0]!) * by;
  const out = new Float32Array(data.length);
  out.set(data.subarray(cut));
  out.set(data.subarray(0, cut), data.length - cut);
  return tensor(out, dims);
}

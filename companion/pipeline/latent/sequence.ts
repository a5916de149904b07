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

/** Back to `dims` [1, C, h, w], of the first rows: those behind them belong to other pictures. */
export function fromRows({ data }: Tensor, dims: readonly number[]): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const area = height * width;
  const latent = new Float32Array(elementCount(dims));
  for (let c = 0; c < channels; c++) for (let i = 0; i < area; i++) latent[c * area + i] = data[i * channels + c]!;
  return tensor(latent, dims);
}

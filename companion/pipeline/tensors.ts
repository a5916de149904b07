/** The little tensor arithmetic that lies between networks. */
import { type Tensor, tensor } from "../tensor.ts";

/** Tensors of the same dims, one after the other along the first axis. */
export function stack(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (!first) throw new RangeError("Cannot stack no tensors");
  if (tensors.length === 1) return first;
  const data = new Float32Array(first.data.length * tensors.length);
  tensors.forEach((t, i) => {
    if (t.data.length !== first.data.length) throw new RangeError(`Cannot stack [${t.dims}] on [${first.dims}]`);
    data.set(t.data, i * first.data.length);
  });
  return tensor(data, [first.dims[0]! * tensors.length, ...first.dims.slice(1)]);
}

/** [1, Ca, H, W], [1, Cb, H, W], … → [1, Ca + Cb + …, H, W]. */
export function concatChannels(tensors: readonly Tensor[]): Tensor {
  const [, , height, width] = tensors[0]!.dims as [number, number, number, number];
  const channels = tensors.reduce((sum, t) => sum + t.dims[1]!, 0);
  const data = new Float32Array(channels * height * width);
  let at = 0;
  for (const t of tensors) {
    data.set(t.data, at);
    at += t.data.length;
  }
  return tensor(data, [1, channels, height, width]);
}

/** [1, T, Da], [1, T, Db], … → [1, T, Da + Db + …]. */
export function concatLast(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (!first) throw new RangeError("Cannot join no tensors");
  if (tensors.length === 1) return first;
  const rows = first.dims.slice(0, -1).reduce((product, size) => product * size, 1);
  const width = tensors.reduce((sum, { dims }) => sum + dims.at(-1)!, 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const t of tensors) {
    const size = t.dims.at(-1)!;
    if (t.data.length !== rows * size) throw new RangeError(`Cannot join [${t.dims}] to [${first.dims}]`);
    for (let row = 0; row < rows; row++) data.set(t.data.subarray(row * size, (row + 1) * size), row * width + at);
    at += size;
  }
  return tensor(data, [...first.dims.slice(0, -1), width]);
}

/** [B, Ta, D], [B, Tb, D], … → [B, Ta + Tb + …, D]. */
export function concatTokens(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (!first) throw new RangeError("Cannot join no tensors");
  if (tensors.length === 1) return first;
  const [batch, , width] = first.dims as [number, number, number];
  const tokens = tensors.reduce((sum, { dims }) => sum + dims[1]!, 0);
  const data = new Float32Array(batch * tokens * width);
  for (let b = 0, at = 0; b < batch; b++)
    for (const { data: own, dims } of tensors) {
      const size = dims[1]! * width;
      data.set(own.subarray(b * size, (b + 1) * size), at);
      at += size;
    }
  return tensor(data, [batch, tokens, width]);
}

/** Of tensors of the same dims, place by place. */
export function mean(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (!first) throw new RangeError("No tensors have no mean");
  const data = first.data.map((_, i) => tensors.reduce((sum, t) => sum + t.data[i]!, 0) / tensors.length);
  return tensor(data, first.dims);
}

/** A tensor along its first axis, one by one, sharing its data. */
export const unstack = (x: Tensor): Tensor[] => partsOf(x, x.dims[0]!);

/** The same in `count` equal parts. */
export function partsOf(x: Tensor, count: number): Tensor[] {
  const size = x.data.length / count;
  const dims = [x.dims[0]! / count, ...x.dims.slice(1)];
  return Array.from({ length: count }, (_, i) => tensor(x.data.subarray(i * size, (i + 1) * size), dims));
}

/** `inside` where the mask [1, 1, h, w] is 1, `outside` where it is 0, mixed between; both [1, C, h, w]. */
export function blend(mask: Tensor, outside: Tensor, inside: Tensor): Tensor {
  const area = mask.data.length;
  const data = inside.data.map((value, i) => {
    const m = mask.data[i % area]!;
    return Math.fround((1 - m) * outside.data[i]!) + Math.fround(m * value);
  });
  return tensor(data, inside.dims);
}

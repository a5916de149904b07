/** What the self-test compares with: the definitions, as plain loops in double precision. */
import type { Tensor } from "../tensor.ts";

/** softmax(q·kᵀ/√d)·v per head. q [1, S, C], k and v [1, T, C] → [1, S, C]. */
export function attend([q, k, v]: readonly [Tensor, Tensor, Tensor], heads: number): Float32Array {
  const [, queries, width] = q.dims as [number, number, number];
  const keys = k.dims[1]!;
  const size = width / heads;
  const out = new Float32Array(queries * width);
  for (let h = 0; h < heads; h++)
    for (let s = 0; s < queries; s++) {
      const at = (t: Tensor, row: number, i: number) => t.data[row * width + h * size + i]!;
      const scores = Array.from({ length: keys }, (_, t) => {
        let dot = 0;
        for (let i = 0; i < size; i++) dot += at(q, s, i) * at(k, t, i);
        return dot / Math.sqrt(size);
      });
      const top = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - top));
      const total = shares.reduce((a, b) => a + b, 0);
      for (let i = 0; i < size; i++)
        out[s * width + h * size + i] = shares.reduce((sum, share, t) => sum + share * at(v, t, i), 0) / total;
    }
  return out;
}

/** x [1, C, H, W] with kernel [O, C, 3, 3] and bias [O], zeros around → [1, O, H, W]. */
export function convolve(x: Tensor, kernel: Tensor, bias: Tensor): Float32Array {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const outs = kernel.dims[0]!;
  const pixel = (c: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : x.data[(c * height + i) * width + j]!;
  return Float32Array.from({ length: outs * height * width }, (_, index) => {
    const [o, i, j] = [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
    let sum = bias.data[o]!;
    for (let c = 0; c < channels; c++)
      for (let tap = 0; tap < 9; tap++)
        sum += kernel.data[(o * channels + c) * 9 + tap]! * pixel(c, i + Math.floor(tap / 3) - 1, j + (tap % 3) - 1);
    return sum;
  });
}

/** Groups of channels of x [1, C, H, W] to mean 0 and variance 1, then · scale[C] + shift[C]. */
export function normaliseGroups(
  x: Tensor,
  [scale, shift]: readonly [Tensor, Tensor],
  { groups, eps }: { readonly groups: number; readonly eps: number },
): Float32Array {
  const channels = x.dims[1]!;
  const area = x.data.length / channels;
  const length = x.data.length / groups;
  const out = new Float32Array(x.data.length);
  for (let g = 0; g < groups; g++) {
    const part = Array.from(x.data.subarray(g * length, (g + 1) * length));
    const mean = part.reduce((a, b) => a + b, 0) / length;
    const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    part.forEach((value, i) => {
      const c = Math.floor((g * length + i) / area);
      out[g * length + i] = ((value - mean) / Math.sqrt(variance + eps)) * scale.data[c]! + shift.data[c]!;
    });
  }
  return out;
}

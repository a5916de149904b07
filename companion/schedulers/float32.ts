/**
 * Arithmetic as PyTorch and NumPy do it, where the last bits matter: noise schedules subtract nearly equal numbers
 * (1 − ᾱ at small t), so float32 rounding has to happen in the same places as in diffusers.
 */
import { type Tensor, tensor } from "../tensor.ts";

/** Rounds to float32. */
export const f32 = Math.fround;

/** Σ coefficient · tensor, from left to right, every product and every sum rounded to float32, as PyTorch does. */
export function combine(...terms: readonly (readonly [coefficient: number, x: Tensor])[]): Tensor {
  const [first, ...rest] = terms;
  if (first === undefined) throw new RangeError("Cannot combine no tensors");
  const out = first[1].data.map((value) => f32(first[0]) * value);
  for (const [coefficient, { data }] of rest) {
    const c = f32(coefficient);
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + f32(c * data[i]!);
  }
  return tensor(out, first[1].dims);
}

/** numpy.linspace(start, stop, count): `count` values from `start` to `stop`, both included, in float64. */
export function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? stop : i * step + start));
}

/**
 * torch.linspace(start, stop, count, dtype=float32): from the start in the first half, from the end in the second; product
 * and sum are one operation (fused multiply-add).
 */
export function linspace32(start: number, stop: number, count: number): Float32Array {
  const [from, to] = [f32(start), f32(stop)];
  const step = f32(f32(to - from) / Math.max(1, count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    i < Math.floor(count / 2) || count === 1 ? from + step * i : to - step * (count - 1 - i),
  );
}

/** numpy.arange(start, stop, step) for a step that is no integer: it can hold one value more than expected. */
export function arange(start: number, stop: number, step: number): number[] {
  const delta = start + step - start;
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * delta);
}

/** numpy.round: halves go to the even neighbour. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** numpy.interp(x, arange(len(table)), table): linear between entries, the end entries outside. */
export function interpolate(x: number, table: ArrayLike<number>): number {
  const last = table.length - 1;
  if (x <= 0) return table[0]!;
  if (x >= last) return table[last]!;
  const i = Math.floor(x);
  return (table[i + 1]! - table[i]!) * (x - i) + table[i]!;
}

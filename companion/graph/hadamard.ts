/**
 * The rotation that ConvRot lays over a matrix before it is rounded: groups of a row times a regular Hadamard matrix H, which is
 * symmetric and its own inverse. Source: https://github.com/Comfy-Org/comfy-kitchen, comfy_kitchen/tensor/int8_utils.py.
 */
import { type Tensor, tensor } from "../tensor.ts";

/** A power of 4. */
export const isRotation = (size: number): boolean =>
  Number.isInteger(size) && size >= 4 && Number.isInteger(Math.log2(size) / 2);

/** The signs of H4: its Kronecker powers, over √size, are H. */
const H4 = [
  [1, 1, 1, -1],
  [1, 1, -1, 1],
  [1, -1, 1, 1],
  [-1, 1, 1, 1],
] as const;

const known = new Map<number, Tensor>();

/** H [size, size], the same each time. */
export function hadamard(size: number): Tensor {
  const made = known.get(size) ?? tensor(rotated(identity(size), size), [size, size]);
  known.set(size, made);
  return made;
}

const identity = (size: number) => Float32Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));

/** Rows of whole groups of `size`, each group times H: summed in float64, rounded once. */
export function rotated(rows: Float32Array, size: number): Float32Array {
  const turned = Float64Array.from(rows);
  for (let step = 1; step < size; step *= 4)
    for (let i = 0; i < turned.length; i++) {
      // The first of four numbers that lie `step` apart.
      if (Math.floor(i / step) % 4 !== 0) continue;
      const four = [0, 1, 2, 3].map((k) => turned[i + k * step]!);
      H4.forEach((signs, k) => {
        turned[i + k * step] = signs.reduce((sum, sign, j) => sum + sign * four[j]!, 0);
      });
    }
  const scale = 1 / Math.sqrt(size);
  return Float32Array.from(turned, (value) => value * scale);
}

/**
 * The rotation that ConvRot lays over a matrix before it is rounded: groups of a row times a regular Hadamard matrix H, which is
 * symmetric and its own inverse. Source: https://github.com/Comfy-Org/comfy-kitchen, comfy_kitchen/tensor/int8_utils.py.
 */
import { type Tensor, tensor } from "../tensor.ts";

/** A power of 4. */
export const isRotation = (size: number): boolean =>
  Number.isInteger(size) && size >= 4 && Number.isInteger(Math.log2(size) / 2);

const known = new Map<number, Tensor>();

/** H [size, size], the same each time. */
export function hadamard(size: number): Tensor {
  const made = known.get(size) ?? tensor(rotated(identity(size), size), [size, size]);
  known.set(size, made);
  return made;
}

const identity = (size: number) => Float32Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));

/** Numbers that are turned together: they stay in the processor's caches. */
const TOGETHER = 2 ** 12;

/**
 * Rows of whole groups of `size`, each group times H: summed in float64, rounded once. Plain loops: this runs for every weight of a
 * model.
 */
export function rotated(rows: Float32Array, size: number): Float32Array {
  const turned = new Float32Array(rows.length);
  const together = Math.max(size, TOGETHER - (TOGETHER % size));
  const some = new Float64Array(together);
  const scale = 1 / Math.sqrt(size);
  for (let begin = 0; begin < rows.length; begin += together) {
    const count = Math.min(together, rows.length - begin);
    for (let i = 0; i < count; i++) some[i] = rows[begin + i]! * scale;
    for (let step = 1; step < size; step *= 4) turnFours(some, count, step);
    for (let i = 0; i < count; i++) turned[begin + i] = some[i]!;
  }
  return turned;
}

/** Every four of the first `count` numbers that lie `step` apart, times the signs of H4: its Kronecker powers, over √size, are H. */
function turnFours(numbers: Float64Array, count: number, step: number): void {
  for (let from = 0; from < count; from += 4 * step)
    for (let i = from; i < from + step; i++) {
      const a = numbers[i]!;
      const b = numbers[i + step]!;
      const c = numbers[i + 2 * step]!;
      const d = numbers[i + 3 * step]!;
      numbers[i] = a + b + c - d;
      numbers[i + step] = a + b - c + d;
      numbers[i + 2 * step] = a - b + c + d;
      numbers[i + 3 * step] = b + c + d - a;
    }
}

/**
 * The small dense arithmetic of adapters; everything row-major. Dims are checked now, numbers are computed when they are asked
 * for. What does not fit together throws a RangeError.
 */
import { elementCount } from "../../tensor.ts";
import { deferred, redimensioned } from "../files/deferred-numbers.ts";
import type { Numbers } from "../files/tensor-data.ts";

/** The product of all dims but the first. */
export const rowLength = ({ dims }: Pick<Numbers, "dims">): number => elementCount(dims.slice(1));

/** Numbers that one layer of any model may have (Stable Diffusion XL's largest has 29 million); a file that asks for more is broken. */
const MOST = 2 ** 25;

function made(dims: readonly number[], fill: (data: Float32Array) => void): Numbers {
  const count = elementCount(dims);
  if (count > MOST) throw new RangeError(`${count} numbers are too many for one layer`);
  return deferred(dims, () => {
    const data = new Float32Array(count);
    fill(data);
    return data;
  });
}

function demand(fits: boolean, a: Numbers, b: Numbers): void {
  if (!fits) throw new RangeError(`[${a.dims}] does not go with [${b.dims}]`);
}

/** The same numbers as a matrix of as many rows. */
export const asMatrix = (a: Numbers): Numbers =>
  a.dims.length === 2 ? a : redimensioned(a, [a.dims[0]!, rowLength(a)]);

/** The single number 1. */
export const ONE: Numbers = { dims: [1, 1], data: Float32Array.of(1) };

/** a [m, k] · b [k, …] → [m, …]. */
export function multiply(a: Numbers, b: Numbers): Numbers {
  const [m, k] = a.dims as [number, number];
  const n = rowLength(b);
  demand(a.dims.length === 2 && b.dims[0] === k, a, b);
  return made([m, ...b.dims.slice(1)], (data) => {
    const [left, right] = [a.data, b.data];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < k; j++) {
        const factor = left[i * k + j]!;
        for (let c = 0, at = i * n, from = j * n; c < n; c++) data[at + c]! += factor * right[from + c]!;
      }
  });
}

/** a [m, n] → [n, m]. */
export function transposed(a: Numbers): Numbers {
  const [m, n] = a.dims as [number, number];
  demand(a.dims.length === 2, a, a);
  return made([n, m], (result) => {
    const { data } = a;
    for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) result[j * m + i] = data[i * n + j]!;
  });
}

/** core [i, j, …] with b [j, n] in its second place → [i, n, …]. */
export function contractSecond(core: Numbers, b: Numbers): Numbers {
  const [rows, inner] = core.dims as [number, number];
  const n = b.dims[1]!;
  const area = elementCount(core.dims.slice(2));
  demand(core.dims.length >= 2 && b.dims[0] === inner && elementCount(b.dims) === inner * n, core, b);
  return made([rows, n, ...core.dims.slice(2)], (data) => {
    const [left, right] = [core.data, b.data];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < inner; j++)
        for (let c = 0; c < n; c++) {
          const factor = right[j * n + c]!;
          for (let p = 0; p < area; p++) data[(i * n + c) * area + p]! += factor * left[(i * inner + j) * area + p]!;
        }
  });
}

/** a [m, n] ⊗ b [p, q, …] → [m·p, n·q, …], blocks of b. */
export function kronecker(a: Numbers, b: Numbers): Numbers {
  const [m, n] = a.dims as [number, number];
  const [p, q] = b.dims as [number, number];
  demand(a.dims.length === 2 && b.dims.length >= 2, a, b);
  const area = elementCount(b.dims.slice(2));
  return made([m * p, n * q, ...b.dims.slice(2)], (data) => {
    const [left, right] = [a.data, b.data];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < p; k++)
          for (let l = 0; l < q * area; l++)
            data[((i * p + k) * n + j) * q * area + l] = left[i * n + j]! * right[k * q * area + l]!;
  });
}

/** The products of every row of a [m, n] with every row of b [p, n], element by element → [m·p, n] (Khatri and Rao 1968). */
export function rowProducts(a: Numbers, b: Numbers): Numbers {
  const [m, n, p] = [a.dims[0]!, rowLength(a), b.dims[0]!];
  demand(rowLength(b) === n, a, b);
  return made([m * p, ...a.dims.slice(1)], (data) => {
    const [left, right] = [a.data, b.data];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < p; j++)
        for (let c = 0; c < n; c++) data[(i * p + j) * n + c] = left[i * n + c]! * right[j * n + c]!;
  });
}

/** The products of every column of a [m, p] with every column of b [m, q], element by element → [m, p·q]. */
export function columnProducts(a: Numbers, b: Numbers): Numbers {
  const [m, p, q] = [a.dims[0]!, a.dims[1]!, b.dims[1]!];
  demand(b.dims[0] === m, a, b);
  return made([m, p * q], (data) => {
    const [left, right] = [a.data, b.data];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < p; j++)
        for (let k = 0; k < q; k++) data[(i * p + j) * q + k] = left[i * p + j]! * right[i * q + k]!;
  });
}

/** a ∘ b, of equal dims. */
export function hadamard(a: Numbers, b: Numbers): Numbers {
  demand(elementCount(a.dims) === elementCount(b.dims), a, b);
  return deferred(a.dims, () => {
    const right = b.data;
    return a.data.map((value, i) => value * right[i]!);
  });
}

/** a times a number. */
export const times = (a: Numbers, factor: number): Numbers =>
  deferred(a.dims, () => (factor === 1 ? a.data : a.data.map((value) => value * factor)));

/** a + b + …, each dim equal or 1. */
export function sum(all: readonly Numbers[]): Numbers {
  const [first] = all as [Numbers, ...Numbers[]];
  if (all.length === 1) return first;
  const [rows, columns] = [0, 1].map((axis) => Math.max(...all.map(({ dims }) => dims[axis] ?? 1))) as [number, number];
  return made(first.dims.length === 1 ? [rows] : [rows, columns], (data) => {
    for (const { dims, data: own } of all) {
      const [m, n] = [dims[0]!, dims[1] ?? 1];
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) data[i * columns + j]! += own[(m === 1 ? 0 : i) * n + (n === 1 ? 0 : j)]!;
    }
  });
}

/** Matrices of one width, one below the other. */
export function stacked(matrices: readonly Numbers[]): Numbers {
  const width = matrices[0]!.dims[1]!;
  const rows = matrices.reduce((count, { dims }) => count + dims[0]!, 0);
  return made([rows, width], (data) => {
    let at = 0;
    for (const { data: own } of matrices) {
      data.set(own, at);
      at += own.length;
    }
  });
}

/** Matrices of one height, one beside the other. */
export function sideBySide(matrices: readonly Numbers[]): Numbers {
  const rows = matrices[0]!.dims[0]!;
  const width = matrices.reduce((count, { dims }) => count + dims[1]!, 0);
  return made([rows, width], (data) => {
    let at = 0;
    for (const { dims, data: own } of matrices) {
      const n = dims[1]!;
      for (let i = 0; i < rows; i++) data.set(own.subarray(i * n, (i + 1) * n), i * width + at);
      at += n;
    }
  });
}

/** Rows of a matrix that end in zeros: a [m, n] → [m, width]. */
export function padded(a: Numbers, width: number): Numbers {
  const [m, n] = a.dims as [number, number];
  demand(a.dims.length === 2 && n <= width, a, a);
  return made([m, width], (result) => {
    const { data } = a;
    for (let i = 0; i < m; i++) result.set(data.subarray(i * n, (i + 1) * n), i * width);
  });
}

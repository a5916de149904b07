/** The small dense arithmetic of adapters; everything row-major. What does not fit together throws a RangeError. */
import type { Numbers } from "../files/tensor-data.ts";

/** The product of all dims but the first. */
export const rowLength = ({ dims }: Pick<Numbers, "dims">): number => dims.slice(1).reduce((a, b) => a * b, 1);

/** Numbers that one layer of any model may have (Stable Diffusion XL's largest has 29 million); a file that asks for more is broken. */
const MOST = 2 ** 25;

function zeros(count: number): Float32Array {
  if (count > MOST) throw new RangeError(`${count} numbers are too many for one layer`);
  return new Float32Array(count);
}

function demand(fits: boolean, a: Numbers, b: Numbers): void {
  if (!fits) throw new RangeError(`[${a.dims}] does not go with [${b.dims}]`);
}

/** a [m, k] · b [k, …] → [m, …]. */
export function multiply(a: Numbers, b: Numbers): Numbers {
  const [m, k] = a.dims as [number, number];
  const n = rowLength(b);
  demand(a.dims.length === 2 && b.dims[0] === k, a, b);
  const data = zeros(m * n);
  const [left, right] = [a.data, b.data];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < k; j++) {
      const factor = left[i * k + j]!;
      for (let c = 0, at = i * n, from = j * n; c < n; c++) data[at + c]! += factor * right[from + c]!;
    }
  return { dims: [m, ...b.dims.slice(1)], data };
}

/** a [m, n] → [n, m]. */
export function transposed({ dims: [m, n], data }: Numbers): Numbers {
  const result = new Float32Array(data.length);
  for (let j = 0; j < n!; j++) for (let i = 0; i < m!; i++) result[j * m! + i] = data[i * n! + j]!;
  return { dims: [n!, m!], data: result };
}

/** core [i, j, …] with b [j, n] in its second place → [i, n, …]. */
export function contractSecond(core: Numbers, b: Numbers): Numbers {
  const [rows, inner] = core.dims as [number, number];
  const n = b.dims[1]!;
  const area = rowLength(core) / inner;
  demand(b.dims[0] === inner && b.data.length === inner * n, core, b);
  const data = zeros(rows * n * area);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < inner; j++)
      for (let c = 0; c < n; c++) {
        const factor = b.data[j * n + c]!;
        for (let p = 0; p < area; p++) data[(i * n + c) * area + p]! += factor * core.data[(i * inner + j) * area + p]!;
      }
  return { dims: [rows, n, ...core.dims.slice(2)], data };
}

/** a [m, n] ⊗ b [p, q, …] → [m·p, n·q, …], blocks of b. */
export function kronecker(a: Numbers, b: Numbers): Numbers {
  const [m, n] = a.dims as [number, number];
  const [p, q] = b.dims as [number, number];
  const area = rowLength(b) / q;
  demand(a.dims.length === 2 && b.dims.length >= 2, a, b);
  const data = zeros(a.data.length * b.data.length);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < p; k++)
        for (let l = 0; l < q * area; l++)
          data[((i * p + k) * n + j) * q * area + l] = a.data[i * n + j]! * b.data[k * q * area + l]!;
  return { dims: [m * p, n * q, ...b.dims.slice(2)], data };
}

/** The products of every row of a [m, n] with every row of b [p, n], element by element → [m·p, n] (Khatri and Rao 1968). */
export function rowProducts(a: Numbers, b: Numbers): Numbers {
  const [m, n, p] = [a.dims[0]!, rowLength(a), b.dims[0]!];
  demand(rowLength(b) === n, a, b);
  const data = zeros(m * p * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < p; j++)
      for (let c = 0; c < n; c++) data[(i * p + j) * n + c] = a.data[i * n + c]! * b.data[j * n + c]!;
  return { dims: [m * p, ...a.dims.slice(1)], data };
}

/** The products of every column of a [m, p] with every column of b [m, q], element by element → [m, p·q]. */
export function columnProducts(a: Numbers, b: Numbers): Numbers {
  const [m, p, q] = [a.dims[0]!, a.dims[1]!, b.dims[1]!];
  demand(b.dims[0] === m, a, b);
  const data = zeros(m * p * q);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < p; j++)
      for (let k = 0; k < q; k++) data[(i * p + j) * q + k] = a.data[i * p + j]! * b.data[i * q + k]!;
  return { dims: [m, p * q], data };
}

/** a ∘ b, of equal dims. */
export function hadamard(a: Numbers, b: Numbers): Numbers {
  demand(a.data.length === b.data.length, a, b);
  return { dims: a.dims, data: a.data.map((value, i) => value * b.data[i]!) };
}

/** a + b + …, each dim equal or 1. */
export function sum(all: readonly Numbers[]): Numbers {
  const [first] = all as [Numbers, ...Numbers[]];
  if (all.length === 1) return first;
  const [rows, columns] = [0, 1].map((axis) => Math.max(...all.map(({ dims }) => dims[axis] ?? 1))) as [number, number];
  const data = zeros(rows * columns);
  for (const { dims, data: own } of all) {
    const [m, n] = [dims[0]!, dims[1] ?? 1];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) data[i * columns + j]! += own[(m === 1 ? 0 : i) * n + (n === 1 ? 0 : j)]!;
  }
  return { dims: first.dims.length === 1 ? [rows] : [rows, columns], data };
}

/** Matrices of one width, one below the other. */
export function stacked(matrices: readonly Numbers[]): Numbers {
  const width = matrices[0]!.dims[1]!;
  const rows = matrices.reduce((count, { dims }) => count + dims[0]!, 0);
  const data = zeros(rows * width);
  let at = 0;
  for (const { data: own } of matrices) {
    data.set(own, at);
    at += own.length;
  }
  return { dims: [rows, width], data };
}

/** Matrices of one height, one beside the other. */
export function sideBySide(matrices: readonly Numbers[]): Numbers {
  const rows = matrices[0]!.dims[0]!;
  const width = matrices.reduce((count, { dims }) => count + dims[1]!, 0);
  const data = zeros(rows * width);
  let at = 0;
  for (const { dims, data: own } of matrices) {
    const n = dims[1]!;
    for (let i = 0; i < rows; i++) data.set(own.subarray(i * n, (i + 1) * n), i * width + at);
    at += n;
  }
  return { dims: [rows, width], data };
}

/** Matrices, row by row. */
export interface Transforms {
  /** [n, n] for n numbers of what is convolved. */
  readonly input: readonly (readonly number[])[];
  /** [n, taps] */
  readonly kernel: readonly (readonly number[])[];
  /** [outputs, n] */
  readonly output: readonly (readonly number[])[];
}

/**
 * `outputs` results of a convolution with `taps` taps by n = outputs + taps − 1 multiplications: output · ((kernel · taps) ∘ (input · x)).
 * Both are evaluated at n − 1 `points` and at infinity, multiplied there, and interpolated (Toom and Cook; turned round, Winograd
 * 1980). Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4. Throws RangeError for another count of points.
 */
export function toomCook(outputs: number, taps: number, points: readonly number[]): Transforms {
  const n = outputs + taps - 1;
  if (new Set(points).size !== n - 1) throw new RangeError(`${n - 1} different points are wanted`);
  const others = (i: number) => points.filter((_, j) => j !== i);
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, k) => point ** k);
  const last = (count: number) => Array.from({ length: count }, (_, k) => (k === count - 1 ? 1 : 0));
  /** Coefficients of the polynomial with these zeros, filled up to n. */
  const vanishingAt = (zeros: readonly number[]) => {
    let product = [1];
    for (const zero of zeros) product = [0, ...product].map((above, k) => above - zero * (product[k] ?? 0));
    return [...product, ...Array<number>(n - product.length).fill(0)];
  };
  return {
    input: [...points.map((_, i) => vanishingAt(others(i))), vanishingAt(points)],
    kernel: [
      ...points.map((point, i) => {
        const apart = others(i).reduce((product, other) => product * (point - other), 1);
        return powers(point, taps).map((power) => power / apart);
      }),
      last(taps),
    ],
    output: Array.from({ length: outputs }, (_, k) => [
      ...points.map((point) => point ** k),
      k === outputs - 1 ? 1 : 0,
    ]),
  };
}

/** matrix ⊗ matrix, row by row: what works along rows, along rows and columns. */
export const alongBoth = (matrix: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  matrix.flatMap((down) => matrix.map((across) => down.flatMap((d) => across.map((a) => d * a))));

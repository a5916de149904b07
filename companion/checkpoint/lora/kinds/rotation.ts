/** Rotations in blocks, in float64: what OFT (Qiu et al. 2023) and BOFT (Liu et al. 2023) turn a layer's weight by. */

/** Square matrices [count, size, size] that blocks of rows are turned by; one alone turns every block. */
export interface Stage {
  readonly rotations: Float64Array;
  readonly size: number;
  /** The row at each place while blocks are formed. Default: as they lie. */
  readonly order?: Int32Array;
}

/** (I − S)(I + S)⁻¹ of skew-symmetric S [count, size, size] (Cayley 1846), by elimination, which such matrices need no pivots for. */
export function cayley(skew: Float64Array, size: number): Float64Array {
  const area = size ** 2;
  const result = new Float64Array(skew.length);
  for (let start = 0; start < skew.length; start += area) {
    const block = skew.subarray(start, start + area);
    const left = block.slice();
    const right = block.map((value) => -value);
    for (let i = 0; i < size; i++) for (const side of [left, right]) side[i * size + i]! += 1;
    eliminate(left, right, size);
    result.set(right, start);
  }
  return result;
}

/** right := left⁻¹ · right. */
function eliminate(left: Float64Array, right: Float64Array, size: number): void {
  for (let column = 0; column < size; column++) {
    const pivot = left[column * size + column]!;
    for (let k = 0; k < size; k++) for (const side of [left, right]) side[column * size + k]! /= pivot;
    for (let row = 0; row < size; row++) {
      const factor = row === column ? 0 : left[row * size + column]!;
      if (factor === 0) continue;
      for (let k = 0; k < size; k++)
        for (const side of [left, right]) side[row * size + k]! -= factor * side[column * size + k]!;
    }
  }
}

/** Squares a − aᵀ of [count, size, size], times a factor. */
export function skewOf(squares: Float32Array, size: number, factor = 1): Float64Array {
  const area = size ** 2;
  return Float64Array.from(squares, (value, at) => {
    const [start, i, j] = [at - (at % area), Math.floor((at % area) / size), at % size];
    return factor * (value - squares[start + j * size + i]!);
  });
}

/** Rows of matrix [n, width] after one stage. */
export function rotated(matrix: Float64Array, width: number, { rotations, size, order }: Stage): Float64Array {
  const result = new Float64Array(matrix.length);
  const rowAt = (place: number) => order?.[place] ?? place;
  for (let place = 0; place < matrix.length / width; place++) {
    const block = place - (place % size);
    const [to, row] = [rowAt(place) * width, (place * size) % rotations.length];
    for (let j = 0; j < size; j++) {
      const factor = rotations[row + j]!;
      const from = rowAt(block + j) * width;
      for (let c = 0; c < width; c++) result[to + c]! += factor * matrix[from + c]!;
    }
  }
  return result;
}

/** matrix [n, width] → [width, n]. */
export function turned(matrix: Float64Array | Float32Array, width: number): Float64Array {
  const n = matrix.length / width;
  return Float64Array.from({ length: matrix.length }, (_, at) => matrix[(at % n) * width + Math.floor(at / n)]!);
}

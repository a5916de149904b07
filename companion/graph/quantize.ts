/** Weights of few bits, by blocks: what MatMulNBits of ONNX Runtime multiplies by without widening them all at once. */

/** Bits of a weight. */
export type Bits = 4 | 8;

/** Weights that share one scale. */
export const BLOCK = 32;

/** A matrix [N, K], each row in ⌈K / 32⌉ blocks, the last one filled up with zeros. */
export interface QuantizedMatrix {
  readonly bits: Bits;
  /** [N, blocks, 32 · bits / 8]: whole numbers around 2^(bits−1); of two halves of a byte the lower comes first. */
  readonly values: Uint8Array;
  /** [N · blocks] */
  readonly scales: Float32Array;
}

/** Room for a matrix [rows, width], zeros. */
export function emptyMatrix(rows: number, width: number, bits: Bits): QuantizedMatrix {
  const blocks = rows * Math.ceil(width / BLOCK);
  return { bits, values: new Uint8Array((blocks * BLOCK * bits) / 8), scales: new Float32Array(blocks) };
}

/**
 * Rounds `matrix` [rows, width]. A block's value of the largest magnitude becomes the end of the range that is one longer,
 * −2^(bits−1), so that nothing is cut off but its opposite (llama.cpp's Q4_0 does the same).
 */
export function quantize(matrix: Float32Array, width: number, bits: Bits): QuantizedMatrix {
  const rows = matrix.length / width;
  const blocks = Math.ceil(width / BLOCK);
  const middle = 2 ** (bits - 1);
  const perByte = 8 / bits;
  const { values, scales } = emptyMatrix(rows, width, bits);
  const { abs, fround, max, min, round } = Math;
  for (let row = 0; row < rows; row++)
    for (let block = 0; block < blocks; block++) {
      const begin = row * width + block * BLOCK;
      const end = min(begin + BLOCK, (row + 1) * width);
      let extreme = 0;
      for (let i = begin; i < end; i++) if (abs(matrix[i]!) > abs(extreme)) extreme = matrix[i]!;
      const scale = fround(-extreme / middle);
      const at = row * blocks + block;
      scales[at] = scale;
      for (let i = 0; i < BLOCK; i++) {
        const exact = scale === 0 || begin + i >= end ? 0 : matrix[begin + i]! / scale;
        const whole = min(max(round(exact), -middle), middle - 1) + middle;
        const place = at * BLOCK + i;
        const within = place % perByte;
        values[(place - within) / perByte]! |= whole << (bits * within);
      }
    }
  return { bits, values, scales };
}

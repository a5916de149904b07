/** Weights of few bits, by blocks: what MatMulNBits of ONNX Runtime multiplies by without widening them all at once. */
import type { Phase } from "./phases.ts";
import type { WeightRef } from "./weights.ts";

/** Bits of a weight. */
export type Bits = 4 | 8;

/** Weights of so many bits, of which arithmetic is exact; or weights and what they are multiplied with as whole numbers of 8 bits. */
export type NumberFormat = Bits | "int8";

/** Of networks that read what a denoiser is told: they are exact where it computes in whole numbers. */
export const readersFormat = (format: NumberFormat | undefined): Bits | undefined =>
  format === "int8" ? undefined : format;

/** Weights that share one scale. */
export const BLOCK = 32 as const;

/** A matrix [N, K], each row in ⌈K / block⌉ blocks, the last one filled up. A weight is (value − zero) · scale, + offset. */
export interface NarrowNumbers {
  /** [N, blocks, block · bits / 8]: whole numbers from 0 on; of two halves of a byte the lower comes first. */
  readonly values: Uint8Array;
  /** [N · blocks] */
  readonly scales: Float32Array;
  /** [N, ⌈blocks · bits / 8⌉]: what stands for zero in each block, packed as the values are. */
  readonly zeros: Uint8Array;
  /** [N, blocks]. Absent: 0. */
  readonly offsets?: Float32Array;
}

/** The same where it lies in a file. */
export interface BlockedMatrix {
  readonly kind: "blocks";
  readonly bits: Bits;
  /** Weights that share one scale. */
  readonly block: 16 | 32;
  readonly values: WeightRef;
  readonly scales: WeightRef;
  readonly zeros: WeightRef;
  readonly offsets?: WeightRef;
  /** What it is multiplied by is rotated first, in groups of so many (hadamard.ts). */
  readonly rotation?: number;
}

/** Weights by columns, as quantize-channels.ts makes them, where they lie in a file. */
export interface ChannelMatrix {
  readonly kind: "channels";
  /** int8 [K, N] */
  readonly values: WeightRef;
  /** float32 [N] */
  readonly scales: WeightRef;
  /**
   * What it is multiplied by is rotated first, in groups of so many (hadamard.ts), and rounded row by row. Absent: neither, and one
   * range for all rows.
   */
  readonly rotation?: number;
}

export type NarrowMatrix = BlockedMatrix | ChannelMatrix;

/** The dims of a matrix's parts. */
export function narrowDims([rows, width]: readonly [rows: number, width: number], bits: Bits, block: 16 | 32 = BLOCK) {
  const blocks = Math.ceil(width / block);
  return {
    values: [rows, blocks, (block * bits) / 8],
    scales: [rows * blocks],
    zeros: [rows, Math.ceil((blocks * bits) / 8)],
    offsets: [rows, blocks],
  } as const;
}

/**
 * Rounds `matrix` [rows, width]. A block's levels go from its least value to its greatest; then its scale is what gives the
 * least squared error with the levels chosen. Against levels that are symmetric about zero that takes a tenth of the loss,
 * and of heavier tails more, for a fortieth more bytes.
 */
export function quantize(matrix: Float32Array, width: number, bits: Bits): NarrowNumbers {
  const rows = matrix.length / width;
  const blocks = Math.ceil(width / BLOCK);
  const levels = 2 ** bits - 1;
  const perByte = 8 / bits;
  const zeroBytes = Math.ceil(blocks / perByte);
  const values = new Uint8Array((rows * blocks * BLOCK) / perByte);
  const scales = new Float32Array(rows * blocks);
  const zeros = new Uint8Array(rows * zeroBytes);
  // Plain loops: this runs for every weight of a model.
  for (let row = 0; row < rows; row++)
    for (let block = 0; block < blocks; block++) {
      const begin = row * width + block * BLOCK;
      const end = Math.min(begin + BLOCK, (row + 1) * width);
      let least = 0;
      let greatest = 0;
      for (let i = begin; i < end; i++) {
        const value = matrix[i]!;
        if (value < least) least = value;
        else if (value > greatest) greatest = value;
      }
      const perStep = greatest > least ? levels / (greatest - least) : 0;
      const zero = Math.round(-least * perStep);
      let product = 0;
      let square = 0;
      const at = row * blocks + block;
      for (let i = 0; i < BLOCK; i++) {
        const value = begin + i < end ? matrix[begin + i]! : 0;
        let whole = (value * perStep + zero + 0.5) | 0;
        if (whole > levels) whole = levels;
        const off = whole - zero;
        product += value * off;
        square += off * off;
        const place = at * BLOCK + i;
        if (bits === 8) values[place] = whole;
        else values[place >> 1]! |= whole << (4 * (place & 1));
      }
      scales[at] = square === 0 ? 0 : product / square;
      const within = block % perByte;
      zeros[row * zeroBytes + (block - within) / perByte]! |= zero << (bits * within);
    }
  return { values, scales, zeros };
}

/** Where the parts of a narrow matrix would lie, for what has to know their sizes. */
export type PlacePart = (name: string, type: "U8" | "I8" | "F32", dims: readonly number[]) => WeightRef;

/** The parts of a matrix, as `quantize` makes them. */
export function blockedMatrix(dims: readonly [number, number], bits: Bits, place: PlacePart): BlockedMatrix {
  const shapes = narrowDims(dims, bits);
  return {
    ...{ kind: "blocks", bits, block: BLOCK },
    values: place("values", "U8", shapes.values),
    scales: place("scales", "F32", shapes.scales),
    zeros: place("zeros", "U8", shapes.zeros),
  };
}

/** A layer with weights that may be narrowed. */
export interface QuantizedLayer {
  /** Where its weights stand, e.g. "down_blocks.0.attentions.0.proj_in". */
  readonly path: string;
  readonly kind: "linear" | "conv2d";
  /** Of a convolution of a doubled picture, which of its phases the matrix is for: [out, in · 4]. Absent: its kernels as they are. */
  readonly phase?: Phase;
}

/** A layer's weights as a matrix [out, in] (a convolution's: in · kernel) in few bits, or undefined where they stay as they are. */
export type Quantizer = (
  ref: WeightRef,
  dims: readonly [out: number, inner: number],
  layer: QuantizedLayer,
) => NarrowMatrix | undefined;

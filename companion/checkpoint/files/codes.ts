/** What a coded matrix's bytes say: its codes, and the scale of each group of them. */
import { type BlockNumbers, unpackBlocks } from "../../graph/blocks.ts";
import { type Coded, type CodeLayout, layoutOf } from "../../graph/coded.ts";
import { rotated } from "../../graph/hadamard.ts";
import type { WeightRef } from "../../graph/weights.ts";

/** How bytes and numbers are read (tensor-data.ts). */
export interface Reading {
  bytes(ref: WeightRef): Uint8Array;
  numbers(ref: WeightRef): Float32Array;
}

type Read<C> = (ref: WeightRef, coded: C, reading: Reading) => BlockNumbers;

/** Twice the numbers of E2M1 (Open Compute Project 2023, "Microscaling formats", table 1), from 128 on. */
const E2M1 = Uint8Array.from([1, -1].flatMap((sign) => [0, 1, 2, 3, 4, 6, 8, 12].map((value) => 128 + sign * value)));

const READS: { readonly [C in Coded as C["kind"]]: Read<C> } = {
  blocks: (ref, { format }, { bytes }) => unpackBlocks(bytes(ref), format),
  // Source: comfy_kitchen/backends/eager/quantization.py, dequantize_nvfp4.
  nvfp4: (ref, { groupScales, scale, firstRow }, { bytes, numbers }) => {
    const [rows, width] = ref.dims as [number, number];
    const whole = numbers(scale)[0]!;
    const tiled = numbers(groupScales);
    const perRow = width / 16;
    // Half of each, as the codes are twice the numbers.
    const scales = Float32Array.from({ length: rows * perRow }, (_, i) => {
      const [row, column] = [firstRow + Math.floor(i / perRow), i % perRow];
      return Math.fround(whole * tiled[tiledPlace(row, column, perRow)]!) / 2;
    });
    const packed = bytes(ref);
    const codes = new Uint8Array(2 * packed.length);
    for (let i = 0; i < packed.length; i++) {
      codes[2 * i] = E2M1[packed[i]! >> 4]!;
      codes[2 * i + 1] = E2M1[packed[i]! & 15]!;
    }
    return { codes, scales };
  },
  // Source: the same file, dequantize_int8_simple.
  int8: (ref, { scale }, { bytes, numbers }) => {
    const [rows, width] = ref.dims as [number, number];
    const perRow = Math.ceil(width / 32);
    const own = numbers(scale);
    const scales = Float32Array.from(
      { length: rows * perRow },
      (_, i) => own[own.length === 1 ? 0 : Math.floor(i / perRow)]!,
    );
    const packed = bytes(ref);
    const codes = new Uint8Array(rows * perRow * 32).fill(128);
    // Two's complement to whole numbers from 0 on.
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < width; i++) codes[row * perRow * 32 + i] = packed[row * width + i]! ^ 128;
    return { codes, scales };
  },
};

/** Rows one after the other, each of whole groups. */
export const readCodes = (ref: WeightRef, coded: Coded, reading: Reading): BlockNumbers =>
  (READS[coded.kind] as Read<Coded>)(ref, coded, reading);

/**
 * Where the scale of a row's group lies: in tiles of 128 rows and 4 groups, of which rows that are 32 apart lie together
 * (cuBLAS, "1D block scaling factors layout"). `perRow`: groups of a row.
 */
const tiledPlace = (row: number, column: number, perRow: number): number =>
  (Math.floor(row / 128) * Math.ceil(perRow / 4) + Math.floor(column / 4)) * 512 +
  (row % 32) * 16 +
  Math.floor((row % 128) / 32) * 4 +
  (column % 4);

/** The bytes that the tiles of a matrix's scales take. */
export const tiledLength = (rows: number, perRow: number): number =>
  Math.ceil(rows / 128) * Math.ceil(perRow / 4) * 512;

/** The numbers of a coded matrix, as its own program computes them in float32. */
export function numbersOfCodes(ref: WeightRef, coded: Coded, reading: Reading): Float32Array {
  const layout = layoutOf(coded);
  const numbers = plainNumbers(readCodes(ref, coded, reading), ref.dims, layout);
  return layout.rotation === undefined ? numbers : rotated(numbers, layout.rotation);
}

function plainNumbers(
  { codes, scales, offsets }: BlockNumbers,
  dims: readonly number[],
  { group, zero }: CodeLayout,
): Float32Array {
  const width = dims.at(-1)!;
  const perRow = Math.ceil(width / group);
  const numbers = new Float32Array(dims.reduce((a, b) => a * b, 1));
  // Plain loops: this runs for every weight of a model.
  for (let row = 0, g = 0; row * width < numbers.length; row++)
    for (let k = 0; k < perRow; k++, g++) {
      const scale = scales[g]!;
      const offset = offsets ? offsets[g]! : 0;
      const begin = row * width + k * group;
      const count = Math.min(group, width - k * group);
      for (let i = 0; i < count; i++) numbers[begin + i] = Math.fround(scale * (codes[g * group + i]! - zero)) + offset;
    }
  return numbers;
}

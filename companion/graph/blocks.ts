/**
 * The blocks of few bits in which ggml keeps weights: each group of a block has one scale, some an offset. Source:
 * https://github.com/ggml-org/llama.cpp, ggml/src/ggml-common.h and ggml-quants.c, dequantize_row_*.
 */
import { halfFloats } from "./half-floats.ts";

export type BlockFormat = "Q4_0" | "Q4_1" | "Q5_0" | "Q5_1" | "Q8_0" | "Q4_K" | "Q5_K" | "Q6_K";

/** Numbers of one or more blocks: number i of group g is (code − zero) · scale[g] + offset[g], in float32. */
export interface BlockNumbers {
  /** From 0 on. */
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  /** Absent: 0. */
  readonly offsets?: Float32Array;
}

export interface BlockLayout {
  /** Of one block. */
  readonly numbers: number;
  readonly bytes: number;
  /** Numbers that share a scale. */
  readonly group: 16 | 32;
  /** Bits that hold every code. */
  readonly bits: 4 | 8;
  /** The code of 0 where there is no offset. */
  readonly zero: number;
  readonly hasOffsets: boolean;
  /** The block that begins at byte `at` of `from` becomes block `i` of `to`. */
  unpack(from: Uint8Array, at: number, to: BlockNumbers, i: number): void;
}

const HALF = halfFloats();
const half = (from: Uint8Array, at: number) => HALF[from[at]! | (from[at + 1]! << 8)]!;

/** 32 halves of bytes: the lower ones first. */
function nibbles(from: Uint8Array, at: number, to: Uint8Array, begin: number): void {
  for (let j = 0; j < 16; j++) {
    to[begin + j] = from[at + j]! & 15;
    to[begin + 16 + j] = from[at + j]! >> 4;
  }
}

/** The fifth bit of each of 32. */
function fifthBits(from: Uint8Array, at: number, to: Uint8Array, begin: number): void {
  for (let j = 0; j < 32; j++) to[begin + j]! |= ((from[at + (j >> 3)]! >> (j & 7)) & 1) << 4;
}

/** Eight scales and eight offsets of 6 bits in 12 bytes. Source: ggml-quants.c, get_scale_min_k4. */
function scaleAndMin(from: Uint8Array, at: number, j: number): readonly [number, number] {
  const byte = (k: number) => from[at + k]!;
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

function scalesOfK(from: Uint8Array, at: number, { scales, offsets }: BlockNumbers, i: number): void {
  const [d, least] = [half(from, at), half(from, at + 2)];
  for (let j = 0; j < 8; j++) {
    const [scale, min] = scaleAndMin(from, at + 4, j);
    scales[i * 8 + j] = d * scale;
    offsets![i * 8 + j] = -(least * min);
  }
}

/** 256 halves of bytes in runs of 32 bytes: all lower ones, then all upper ones. */
function runs(from: Uint8Array, at: number, to: Uint8Array, begin: number): void {
  for (let j = 0; j < 4; j++)
    for (let l = 0; l < 32; l++) {
      to[begin + 64 * j + l] = from[at + 32 * j + l]! & 15;
      to[begin + 64 * j + 32 + l] = from[at + 32 * j + l]! >> 4;
    }
}

const SMALL = { numbers: 32, group: 32, hasOffsets: false } as const;
const K = { numbers: 256, group: 32, zero: 0, hasOffsets: true } as const;

export const BLOCK_FORMATS: Readonly<Record<BlockFormat, BlockLayout>> = {
  Q4_0: {
    ...{ ...SMALL, bytes: 18, bits: 4, zero: 8 },
    unpack: (from, at, { codes, scales }, i) => {
      scales[i] = half(from, at);
      nibbles(from, at + 2, codes, i * 32);
    },
  },
  Q4_1: {
    ...{ ...SMALL, bytes: 20, bits: 4, zero: 0, hasOffsets: true },
    unpack: (from, at, { codes, scales, offsets }, i) => {
      scales[i] = half(from, at);
      offsets![i] = half(from, at + 2);
      nibbles(from, at + 4, codes, i * 32);
    },
  },
  Q5_0: {
    ...{ ...SMALL, bytes: 22, bits: 8, zero: 16 },
    unpack: (from, at, { codes, scales }, i) => {
      scales[i] = half(from, at);
      nibbles(from, at + 6, codes, i * 32);
      fifthBits(from, at + 2, codes, i * 32);
    },
  },
  Q5_1: {
    ...{ ...SMALL, bytes: 24, bits: 8, zero: 0, hasOffsets: true },
    unpack: (from, at, { codes, scales, offsets }, i) => {
      scales[i] = half(from, at);
      offsets![i] = half(from, at + 2);
      nibbles(from, at + 8, codes, i * 32);
      fifthBits(from, at + 4, codes, i * 32);
    },
  },
  Q8_0: {
    ...{ ...SMALL, bytes: 34, bits: 8, zero: 128 },
    unpack: (from, at, { codes, scales }, i) => {
      scales[i] = half(from, at);
      // Two's complement to whole numbers from 0 on.
      for (let j = 0; j < 32; j++) codes[i * 32 + j] = from[at + 2 + j]! ^ 128;
    },
  },
  Q4_K: {
    ...{ ...K, bytes: 144, bits: 4 },
    unpack: (from, at, to, i) => {
      scalesOfK(from, at, to, i);
      runs(from, at + 16, to.codes, i * 256);
    },
  },
  Q5_K: {
    ...{ ...K, bytes: 176, bits: 8 },
    unpack: (from, at, to, i) => {
      scalesOfK(from, at, to, i);
      runs(from, at + 48, to.codes, i * 256);
      for (let j = 0; j < 8; j++)
        for (let l = 0; l < 32; l++) to.codes[i * 256 + 32 * j + l]! |= ((from[at + 16 + l]! >> j) & 1) << 4;
    },
  },
  Q6_K: {
    ...{ numbers: 256, bytes: 210, group: 16, bits: 8, zero: 32, hasOffsets: false },
    unpack: (from, at, { codes, scales }, i) => {
      const d = half(from, at + 208);
      for (let j = 0; j < 16; j++) scales[i * 16 + j] = d * ((from[at + 192 + j]! << 24) >> 24);
      for (let h = 0; h < 2; h++)
        for (let l = 0; l < 32; l++) {
          const high = from[at + 128 + 32 * h + l]!;
          const low = (k: number) => from[at + 64 * h + k]!;
          const to = i * 256 + 128 * h + l;
          codes[to] = (low(l) & 15) | ((high & 3) << 4);
          codes[to + 32] = (low(l + 32) & 15) | (((high >> 2) & 3) << 4);
          codes[to + 64] = (low(l) >> 4) | (((high >> 4) & 3) << 4);
          codes[to + 96] = (low(l + 32) >> 4) | ((high >> 6) << 4);
        }
    },
  },
};

/** All blocks of `bytes`: the numbers are what ggml computes (codes.ts). */
export function unpackBlocks(bytes: Uint8Array, format: BlockFormat): BlockNumbers {
  const layout = BLOCK_FORMATS[format];
  const count = bytes.length / layout.bytes;
  const groups = (count * layout.numbers) / layout.group;
  const to: BlockNumbers = {
    codes: new Uint8Array(count * layout.numbers),
    scales: new Float32Array(groups),
    ...(layout.hasOffsets && { offsets: new Float32Array(groups) }),
  };
  for (let i = 0; i < count; i++) layout.unpack(bytes, i * layout.bytes, to, i);
  return to;
}

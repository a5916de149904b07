/** Matrices of ggml's blocks as MatMulNBits multiplies by them: the same numbers, exactly, in another order. */
import { BLOCK_FORMATS, type BlockFormat, unpackBlocks } from "./blocks.ts";
import type { Quantizer } from "./graph.ts";
import { type NarrowMatrix, type NarrowNumbers, narrowDims, type PlacePart } from "./quantize.ts";

/** The same numbers that a matrix [rows, width] of ggml's blocks has, exactly: `bytes` of them, row by row. */
export function repack(bytes: Uint8Array, rows: number, format: BlockFormat): NarrowNumbers {
  const { bits, zero } = BLOCK_FORMATS[format];
  const { codes, scales, offsets } = unpackBlocks(bytes, format);
  const perByte = 8 / bits;
  const values = bits === 8 ? codes : new Uint8Array(codes.length / 2);
  if (bits === 4) for (let i = 0; i < values.length; i++) values[i] = codes[2 * i]! | (codes[2 * i + 1]! << 4);
  const perRow = Math.ceil(scales.length / rows / perByte);
  const zeros = new Uint8Array(rows * perRow).fill(bits === 8 ? zero : zero | (zero << 4));
  return { values, scales, zeros, ...(offsets && { offsets }) };
}

/** The parts of a matrix of blocks, as `repack` makes them. */
export function blockMatrix(format: BlockFormat, dims: readonly [number, number], place: PlacePart): NarrowMatrix {
  const { bits, group, hasOffsets } = BLOCK_FORMATS[format];
  const shapes = narrowDims(dims, bits, group);
  return {
    ...{ bits, block: group },
    values: place("values", "U8", shapes.values),
    scales: place("scales", "F32", shapes.scales),
    zeros: place("zeros", "U8", shapes.zeros),
    ...(hasOffsets && { offsets: place("offsets", "F32", shapes.offsets) }),
  };
}

/** For building a network that is not opened: blocks as they would be multiplied by. */
export const plannedBlocks: Quantizer = (ref, dims) =>
  ref.encoding?.kind === "blocks"
    ? blockMatrix(ref.encoding.format, dims, (name, type, shape) => {
        const key = `${ref.key}/${name}`;
        return { key, type, dims: shape, file: key, offset: 0, byteLength: 0 };
      })
    : undefined;

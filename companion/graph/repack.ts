/** Coded matrices as MatMulNBits multiplies by them: the same numbers, exactly, in another order. */
import type { BlockNumbers } from "./blocks.ts";
import { type CodeLayout, codedOf, layoutOf } from "./coded.ts";
import type { Quantizer } from "./graph.ts";
import { type BlockedMatrix, type NarrowNumbers, narrowDims, type PlacePart } from "./quantize.ts";

/** The same numbers that a coded matrix of `rows` rows has, exactly. */
export function repack(
  { codes, scales, offsets }: BlockNumbers,
  rows: number,
  { bits, zero }: CodeLayout,
): NarrowNumbers {
  const perByte = 8 / bits;
  const values = bits === 8 ? codes : new Uint8Array(codes.length / 2);
  if (bits === 4) for (let i = 0; i < values.length; i++) values[i] = codes[2 * i]! | (codes[2 * i + 1]! << 4);
  const perRow = Math.ceil(scales.length / rows / perByte);
  const zeros = new Uint8Array(rows * perRow).fill(bits === 8 ? zero : zero | (zero << 4));
  return { values, scales, zeros, ...(offsets && { offsets }) };
}

/** The parts of a coded matrix, as `repack` makes them. */
export function codedMatrix(layout: CodeLayout, dims: readonly [number, number], place: PlacePart): BlockedMatrix {
  const { bits, group, hasOffsets, rotation } = layout;
  const shapes = narrowDims(dims, bits, group);
  return {
    ...{ kind: "blocks", bits, block: group },
    values: place("values", "U8", shapes.values),
    scales: place("scales", "F32", shapes.scales),
    zeros: place("zeros", "U8", shapes.zeros),
    ...(hasOffsets && { offsets: place("offsets", "F32", shapes.offsets) }),
    ...(rotation !== undefined && { rotation }),
  };
}

/** For building a network that is not opened: coded matrices as they would be multiplied by. */
export const plannedCodes: Quantizer = (ref, dims) => {
  const coded = codedOf(ref);
  return (
    coded &&
    codedMatrix(layoutOf(coded), dims, (name, type, shape) => {
      const key = `${ref.key}/${name}`;
      return { key, type, dims: shape, file: key, offset: 0, byteLength: 0 };
    })
  );
};

import type { WeightEncoding, WeightRef } from "../../graph/weights.ts";

/** Rows `first` to `first + count` of a tensor, however its numbers are written: the same bytes, and what of its encoding is theirs. */
export function rowRange(ref: WeightRef, first: number, count: number): WeightRef {
  const rows = ref.dims[0]!;
  const perRow = ref.byteLength / rows;
  const part = {
    ...ref,
    dims: [count, ...ref.dims.slice(1)],
    offset: ref.offset + first * perRow,
    byteLength: count * perRow,
  };
  return ref.encoding ? { ...part, encoding: encodingOf(ref.encoding, rows, first, count) } : part;
}

function encodingOf(encoding: WeightEncoding, rows: number, first: number, count: number): WeightEncoding {
  switch (encoding.kind) {
    case "nvfp4":
      return { ...encoding, firstRow: encoding.firstRow + first };
    case "int8": {
      const { scale } = encoding;
      return scale.dims[0] === rows && rows > 1 ? { ...encoding, scale: rowRange(scale, first, count) } : encoding;
    }
    default:
      return encoding;
  }
}

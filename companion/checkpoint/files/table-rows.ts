import type { WeightRef } from "../../graph/weights.ts";
import { rowRange } from "./row-range.ts";
import { readNumbers } from "./tensor-data.ts";

/** Rows `ids` of a table [count, width], whatever its numbers are written as, one after the other. Throws as `readNumbers`. */
export function readRows(ref: WeightRef, ids: readonly number[]): Float32Array {
  const [, width] = ref.dims as [number, number];
  const known = new Map<number, Float32Array>();
  const all = new Float32Array(ids.length * width);
  ids.forEach((id, i) => {
    const row = known.get(id) ?? readNumbers(rowRange(ref, id, 1)).data;
    known.set(id, row);
    all.set(row, i * width);
  });
  return all;
}

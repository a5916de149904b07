import type { WeightRef } from "../../graph/weights.ts";
import { readNumbers } from "./tensor-data.ts";

/** Rows `ids` of a table [count, width], whatever its numbers are written as, one after the other. Throws as `readNumbers`. */
export function readRows(ref: WeightRef, ids: readonly number[]): Float32Array {
  const [count, width] = ref.dims as [number, number];
  const byteLength = ref.byteLength / count;
  const known = new Map<number, Float32Array>();
  const all = new Float32Array(ids.length * width);
  ids.forEach((id, i) => {
    const row =
      known.get(id) ?? readNumbers({ ...ref, dims: [1, width], offset: ref.offset + id * byteLength, byteLength }).data;
    known.set(id, row);
    all.set(row, i * width);
  });
  return all;
}

/** Large numbers that were made here lie in a temporary file while a session runs, mapped like the weights of a model. */
import type { Graph } from "../graph/graph.ts";
import type { WeightRef } from "../graph/weights.ts";
import { createScratchFile } from "./scratch.ts";

/** From this many bytes on: a ModelProto may not exceed 2 GiB, and is copied while it is read. */
const LARGE = 2 ** 16;

export interface Spill {
  /** By the names of their values. */
  readonly refs: ReadonlyMap<string, WeightRef>;
  /** Removes the file. */
  remove(): void;
}

/** Writes a graph's large constants. Throws Problem "disk-full". */
export function spill(graph: Graph): Spill {
  const refs = new Map<string, WeightRef>();
  const large = [...graph.initializers.values()].filter(
    ({ source }) =>
      "data" in source && (source.type === "uint8" || source.type === "float32") && source.data.byteLength >= LARGE,
  );
  if (large.length === 0) return { refs, remove: () => {} };
  const { path: file, write, close, remove } = createScratchFile();
  try {
    let offset = 0;
    for (const { value, source } of large) {
      if (!("data" in source)) continue;
      const { buffer, byteOffset, byteLength } = source.data;
      write(new Uint8Array(buffer, byteOffset, byteLength), offset);
      const type = source.type === "uint8" ? "U8" : "F32";
      refs.set(value.name, { key: value.name, type, dims: source.dims, file, offset, byteLength });
      offset += Math.ceil(byteLength / 64) * 64;
    }
  } catch (error) {
    remove();
    throw error;
  } finally {
    close();
  }
  return { refs, remove };
}

/** What is there before a graph runs, weights and numbers made here, read in other ways: no node does it, their bytes are read so. */
import type { AnyTensor } from "../tensor.ts";
import { dimAt } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";

/** `x` by other dims; undefined where the graph makes it. */
export function readAs(op: Graph, { name }: Value, dims: readonly number[]): Value | undefined {
  const source = op.initializers.get(name)?.source;
  return source && ("file" in source ? op.initializer(source, dims) : op.constant({ ...source, dims }));
}

/** The rows begin … end-1 of the first axis of `x`, by `dims`; undefined where the graph makes it. */
export function readRows(
  op: Graph,
  x: Value,
  [begin, end]: readonly [number, number],
  dims: readonly number[],
): Value | undefined {
  const source = op.initializers.get(x.name)?.source;
  if (!source) return undefined;
  const rows = dimAt(x, 0);
  if (!("file" in source)) {
    const each = source.data.length / rows;
    return op.constant({ ...source, dims, data: source.data.subarray(begin * each, end * each) } as AnyTensor);
  }
  const each = source.byteLength / rows;
  const [offset, byteLength] = [source.offset + begin * each, (end - begin) * each];
  return op.initializer({ ...source, dims, offset, byteLength, partOf: source.partOf ?? source });
}

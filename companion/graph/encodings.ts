/**
 * How the numbers of a weight are written in its file, and how a graph makes them: one row for each way. A layer asks for its
 * numbers and knows no encoding; a new one (blocks of few bits) adds its row here and its reading in
 * checkpoint/files/encodings.ts.
 */
import { Problem } from "../../shared/problem.ts";
import type { Graph, Value } from "./graph.ts";
import { cast, mul } from "./ops.ts";
import type { WeightEncoding, WeightRef } from "./weights.ts";

/** The numbers of `ref` as `dims`, in the graph's float type. */
type Decode<E> = (op: Graph, ref: WeightRef, dims: readonly number[], encoding: E) => Value;

/** The elements as they are: float64, float32, float16, bfloat16, float8. */
const plain = (op: Graph, ref: WeightRef, dims: readonly number[]): Value =>
  cast(op, op.initializer(ref, dims), op.float);

const ENCODINGS: { readonly [E in WeightEncoding as E["kind"]]: Decode<E> } = {
  // The product in float32: a scale may be what float16 cannot hold.
  scaled: (op, ref, dims, { scale }) => {
    const wide = cast(op, op.initializer(ref, dims), "float32");
    return cast(op, mul(op, wide, cast(op, op.initializer(scale, []), "float32")), op.float);
  },
  blocks: (_, { key }, __, { format }) => refuse(key, `blocks of few bits (${format})`),
  nvfp4: (_, { key }) => refuse(key, "four bits (NVFP4)"),
  int8: (_, { key }) => refuse(key, "eight bits (int8)"),
};

/** Matrices are multiplied by as they lie (`Quantizer`); nothing else is written so. */
function refuse(key: string, how: string): never {
  throw new Problem(
    "model-unsupported",
    `The tensor "${key}" is stored in ${how} where only plain numbers can be used: use a version of the model that other programs have made.`,
  );
}

export function decode(op: Graph, ref: WeightRef, dims: readonly number[] = ref.dims): Value {
  const { encoding } = ref;
  if (encoding === undefined) return plain(op, ref, dims);
  return (ENCODINGS[encoding.kind] as Decode<WeightEncoding>)(op, ref, dims, encoding);
}

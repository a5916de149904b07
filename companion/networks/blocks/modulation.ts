/**
 * Modulation by the time: Peebles and Xie 2023, "Scalable Diffusion Models with Transformers", section 3.2. The stream x that
 * blocks add to, its norm and its modulation are float32 whatever the graph's type: a trained stream exceeds what float16 holds.
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linear, linearNoBias } from "../../graph/layers.ts";
import { add, cast, floats, layerNormalization, mul, reshape, silu, slice } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/** What changes one part of a block, [D] each, float32. */
export interface Modulation {
  readonly shift: Value;
  readonly scale: Value;
  readonly gate: Value;
}

const ONE = { type: "float32", dims: [], data: Float32Array.of(1) } as const;

/** `count` vectors [D], float32, that a time embedding [1, D] is mapped to. Key: weight [count · D, D]. */
export function vectorsOf(op: Graph, w: Weights, time: Value, count: number): Value[] {
  const size = dimAt(time, 1);
  return parted(op, linearNoBias(op, w, silu(op, time), count * size), [count, size]);
}

/** The same of another size, with a bias and without an activation before. Keys: weight [count · size, …], bias. */
export const vectorsWithBias = (
  op: Graph,
  w: Weights,
  time: Value,
  [count, size]: readonly [number, number],
): Value[] => parted(op, linear(op, w, time, count * size), [count, size]);

/** [1, count · size] → `count` vectors [size], float32. */
function parted(op: Graph, all: Value, [count, size]: readonly [number, number]): Value[] {
  const row = reshape(op, cast(op, all, "float32"), [count * size]);
  return Array.from({ length: count }, (_, i) => slice(op, row, 0, [i * size, (i + 1) * size]));
}

/** For `parts` parts of a block, each its shift, scale and gate in the file's order. */
export const modulationsOf = (op: Graph, w: Weights, time: Value, parts: number): Modulation[] =>
  inThrees(vectorsOf(op, w, time, 3 * parts));

/** The same with a bias and without an activation before. Keys: weight, bias. */
export const modulationsWithBias = (
  op: Graph,
  w: Weights,
  time: Value,
  [parts, size]: readonly [number, number],
): Modulation[] => inThrees(vectorsWithBias(op, w, time, [3 * parts, size]));

const inThrees = (vectors: readonly Value[]): Modulation[] =>
  Array.from({ length: vectors.length / 3 }, (_, i) => ({
    shift: vectors[3 * i]!,
    scale: vectors[3 * i + 1]!,
    gate: vectors[3 * i + 2]!,
  }));

/** x [..., D] to mean 0 and variance 1, · (1 + scale) + shift, in the graph's type. */
export const modulated = (op: Graph, x: Value, { shift, scale }: Pick<Modulation, "shift" | "scale">, eps: number) =>
  cast(op, layerNormalization(op, x, add(op, scale, op.constant(ONE)), shift, eps), op.float);

/** The same by rows of their own, [1, S, D] each. */
export function modulatedEach(
  op: Graph,
  x: Value,
  { shift, scale }: Pick<Modulation, "shift" | "scale">,
  eps: number,
): Value {
  const size = dimAt(x, -1);
  const [ones, zeros] = [1, 0].map((value) => floats(op, new Float32Array(size).fill(value), [size], "float32"));
  const normal = layerNormalization(op, x, ones!, zeros!, eps);
  return cast(op, add(op, mul(op, normal, add(op, scale, op.constant(ONE))), shift), op.float);
}

/** x + gate · change. */
export const gated = (op: Graph, x: Value, change: Value, { gate }: Pick<Modulation, "gate">): Value =>
  add(op, x, mul(op, cast(op, change, "float32"), gate));

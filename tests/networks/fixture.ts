/** Reads the cases that tests/fixtures/make_networks.py wrote, and runs graphs against them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { channelsLast } from "../../companion/graph/channels-last.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph, Value } from "../../companion/graph/graph.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import type { AnyTensor } from "../../companion/tensor.ts";
import { spelledOut } from "../graph/spelled-out.ts";

const folder = path.resolve(__dirname, "../fixtures/networks");

export const configOf = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(folder, name, "config.json"), "utf8"));

export const weightsOf = (name: string, file = "weights"): Weights =>
  new Weights(openSafetensors(path.join(folder, name, `${file}.safetensors`)));

/** All tensors of a safetensors file of float32 and int64. */
export function tensorsIn(place: string): Record<string, AnyTensor> {
  const file = openSafetensors(place);
  const result: Record<string, AnyTensor> = {};
  for (const key of file.keys()) {
    const ref = file.find(key)!;
    const bytes = Uint8Array.from(file.read(key)).buffer;
    result[key] =
      ref.type === "I64"
        ? { type: "int64", dims: ref.dims, data: new BigInt64Array(bytes) }
        : { type: "float32", dims: ref.dims, data: new Float32Array(bytes) };
  }
  return result;
}

/** The tensors of expected.safetensors whose names begin with `prefix`, without it. */
export function tensorsOf(name: string, prefix: "in." | "out." | "block."): Record<string, AnyTensor> {
  const all = Object.entries(tensorsIn(path.join(folder, name, "expected.safetensors")));
  const own = all.filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** What the module at a path of the weights gives: the last node made in its own scope, or else inside it. */
function resultOf(graph: Graph, modulePath: string): Value | undefined {
  const scope = `${modulePath.replaceAll(".", "/")}/`;
  const inside = graph.nodes.filter(({ name }) => name.startsWith(scope));
  const own = inside.findLast(({ name }) => !name.slice(scope.length).includes("/"));
  return (own ?? inside.at(-1))?.outputs[0];
}

/** What cards with tensor cores compute, as they are told it; `runGraph` says it so that the processor can. */
export const AS_ON_CARDS: Dialect = { ...DIALECTS.cpu, groupNorms: "fused", channelsLast: "always" };

/** Runs a graph on the CPU. `blocks` adds the results of modules inside it, as outputs `block.PATH`. */
export async function runGraph(
  graph: Graph,
  feeds: Record<string, AnyTensor>,
  blocks: readonly string[] = [],
): Promise<Record<string, AnyTensor>> {
  for (const name of blocks) {
    const value = resultOf(graph, name);
    if (!value) throw new Error(`The graph has no node in the scope of "${name}"`);
    graph.output(`block.${name}`, value);
  }
  const own = graph.dialect.channelsLast === "always" ? spelledOut(channelsLast(graph)) : graph;
  const session = await openSession(own, cpuDevice());
  try {
    const wanted = graph.inputs.map(({ name }) => name);
    return await session.run(Object.fromEntries(wanted.map((name) => [name, feeds[name]!])));
  } finally {
    await session.release();
  }
}

/** The largest difference, as a share of the largest expected value. */
export function deviation(found: AnyTensor, expected: AnyTensor): number {
  if (found.data.length !== expected.data.length)
    throw new Error(`[${found.dims}] can't be compared with [${expected.dims}]`);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < found.data.length; i++) {
    const [a, b] = [Number(found.data[i]), Number(expected.data[i])];
    if (Number.isNaN(a)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a - b));
    largest = Math.max(largest, Math.abs(b));
  }
  return difference / largest;
}

/** Of everything expected, what deviates by more than `limit`. */
export const deviating = (
  found: Record<string, AnyTensor>,
  expected: Record<string, AnyTensor>,
  limit: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(expected)
      .map(([name, tensor]) => [name, found[name] ? deviation(found[name], tensor) : Number.POSITIVE_INFINITY] as const)
      .filter(([, value]) => value > limit),
  );

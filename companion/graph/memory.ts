import { elementCount } from "../tensor.ts";
import { ELEMENT_TYPES } from "./element-type.ts";
import type { Graph, Value } from "./graph.ts";

/** Operators whose result is their input's bytes under other dims. */
const VIEWS: ReadonlySet<string> = new Set(["Reshape", "Identity"]);

/**
 * From here on, in bytes, a copy of the weights in the type that the network computes in costs more than it gives. Measured
 * for Stable Diffusion XL from float16 on two cores: the copy takes 10 GiB and 20 s; widening in every run takes neither,
 * and a few seconds of a step of minutes.
 */
const HEAVY_WEIGHTS = 2 ** 32;

export interface MemoryEstimate {
  /** Weights as they lie in memory. */
  readonly weights: number;
  /** When weights that the file keeps in a narrower type are widened: as the session opens, or anew in every run. */
  readonly widening: "once" | "every-run";
  /** The most that intermediate values take at once. */
  readonly activations: number;
}

const bytesOf = (value: Value): number => elementCount(value.dims) * ELEMENT_TYPES[value.type].bytes;

/** Bytes that a session for this graph will need: by the life of each value, from its node to its last reader. */
export function estimateMemory(graph: Graph): MemoryEstimate {
  const lastUse = new Map<string, number>();
  const root = new Map<string, string>();
  const rootOf = (name: string): string => root.get(name) ?? name;
  const given = new Set(graph.initializers.keys());
  graph.nodes.forEach((node, i) => {
    const [first] = node.inputs;
    if (VIEWS.has(node.operator) && first) root.set(node.outputs[0]!.name, rootOf(first.name));
    for (const input of node.inputs) if (input) lastUse.set(rootOf(input.name), i);
  });
  for (const { name } of graph.outputs) lastUse.set(rootOf(name), graph.nodes.length);

  const float = ELEMENT_TYPES[graph.float].bytes;
  let [stored, widened] = [0, 0];
  for (const { value } of graph.initializers.values()) {
    const { bytes } = ELEMENT_TYPES[value.type];
    stored += elementCount(value.dims) * bytes;
    // Quantised weights are widened by nobody.
    widened += elementCount(value.dims) * (value.type === "uint8" ? bytes : Math.max(bytes, float));
  }
  const widening = widened > stored && widened > HEAVY_WEIGHTS ? "every-run" : "once";
  let live = 0;
  let peak = 0;
  const freedAt = new Map<number, number>();
  graph.nodes.forEach((node, i) => {
    const constant = node.inputs.every((input) => !input || given.has(input.name));
    for (const output of node.outputs) {
      if (constant) given.add(output.name);
      if (constant || root.has(output.name)) continue;
      const bytes = bytesOf(output);
      const end = lastUse.get(output.name) ?? i;
      live += bytes;
      freedAt.set(end, (freedAt.get(end) ?? 0) + bytes);
    }
    peak = Math.max(peak, live);
    live -= freedAt.get(i) ?? 0;
  });
  return { weights: widening === "once" ? widened : stored, widening, activations: peak };
}

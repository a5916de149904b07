/**
 * A graph in two: what does not hear of some inputs, and what does. Runs that differ in those alone share the first part, which
 * diffusers and its like compute anew for each of them.
 */
import type { Graph, Value } from "./graph.ts";
import { readsOf } from "./node.ts";

export interface Divided {
  /** Its outputs are `between`. */
  readonly first: Graph;
  /** Its inputs are `between` and those that it reads itself. */
  readonly rest: Graph;
  readonly between: readonly Value[];
}

/** `isHeard`: of an input's name, whether the rest alone may know of it. Values have the names that they have in `graph`. */
export function divide(graph: Graph, isHeard: (input: string) => boolean): Divided {
  const isIn = (names: ReadonlySet<string>) => (value: Value) => names.has(value.name);
  const heard = new Set(graph.inputs.map(({ name }) => name).filter(isHeard));
  const { freeInputs } = graph;
  const told = new Set(graph.inputs.map(({ name }) => name).filter((name) => !isHeard(name) && !freeInputs.has(name)));
  const between = new Map<string, Value>();
  const values = new Map<string, Value>();
  for (const node of graph.nodes) {
    const reads = readsOf(node);
    const [hears, knows] = [reads.some(isIn(heard)), reads.some(isIn(told))];
    // What depends on weights alone, or on what adapters feed beside them, belongs to whoever reads it.
    if (!hears && !knows) continue;
    for (const output of node.outputs) {
      (hears ? heard : told).add(output.name);
      if (!hears) values.set(output.name, output);
    }
    if (hears) for (const { name } of reads) if (values.has(name)) between.set(name, values.get(name)!);
  }
  const crossing = [...between.values()];
  return {
    first: graph.part({ given: [], outputs: crossing }),
    rest: graph.part({ given: crossing, outputs: graph.outputs }),
    between: crossing,
  };
}

/**
 * A graph in two: what does not hear of some inputs, and what does. Runs that differ in those alone share the first part, which
 * diffusers and its like compute anew for each of them.
 */
import type { Graph, Value } from "./graph.ts";
import { readsOf, VIEWS } from "./node.ts";

export interface Divided {
  /** Its outputs are what the rest reads of it, `between.0` and so on. */
  readonly first: Graph;
  /** Its inputs are those, and of the graph's what it reads itself. */
  readonly rest: Graph;
}

/**
 * `isHeard`: of an input's name, whether the rest alone may know of it. What lies between them is numbered in the order in which it is
 * read, so that a graph for a larger batch, whose values may have other names, has the same numbers.
 */
export function divide(graph: Graph, isHeard: (input: string) => boolean): Divided {
  const isIn = (names: ReadonlySet<string>) => (value: Value) => names.has(value.name);
  const names = graph.inputs.map(({ name }) => name).filter((name) => !graph.freeInputs.has(name));
  const heard = new Set(names.filter(isHeard));
  const told = new Set(names.filter((name) => !isHeard(name)));
  const between = new Set<Value>();
  const values = new Map<string, Value>();
  for (const node of graph.nodes) {
    const reads = readsOf(node);
    const [hears, knows] = [reads.some(isIn(heard)), reads.some(isIn(told))];
    // What depends on weights alone, or on what adapters feed beside them, belongs to whoever reads it.
    if (!hears && !knows) continue;
    for (const { name } of node.outputs) (hears ? heard : told).add(name);
    if (hears) for (const { name } of reads) if (values.has(name)) between.add(values.get(name)!);
    if (hears) continue;
    // Other dims of the same numbers are made on either side: a larger batch may do without.
    const seen = VIEWS.has(node.operator) ? values.get(node.inputs[0]!.name) : undefined;
    const isOfInput = VIEWS.has(node.operator) && !seen;
    for (const output of node.outputs) if (!isOfInput) values.set(output.name, seen ?? output);
  }
  const crossing = Object.fromEntries([...between].map((value, i) => [`between.${i}`, value]));
  return { first: graph.part({}, crossing), rest: graph.part(crossing) };
}

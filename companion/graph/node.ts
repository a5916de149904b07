/** What a graph is made of. */
import type { AnyTensor } from "../tensor.ts";
import type { Attribute } from "./attributes.ts";
import type { Dim } from "./dim.ts";
import type { ElementType } from "./element-type.ts";
import type { WeightRef } from "./weights.ts";

/** A tensor that will exist when the graph runs. Row-major; `dims` are known now, as numbers or as symbols. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dim[];
}

export interface Node {
  readonly name: string;
  readonly operator: string;
  /** "" is ai.onnx, "com.microsoft" ONNX Runtime's own operators. */
  readonly domain: "" | "com.microsoft";
  /** undefined stands for an optional input that is absent. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** What runs inside of it, by the name of its attribute: of "If" then_branch and else_branch, of "Scan" body. They read values around them. */
  readonly bodies?: Readonly<Record<string, Body>>;
}

/** Nodes that run together, and what they give. */
export interface Body {
  /** What it is given each time that it runs. */
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly output: Value;
  /** "free": nothing is told of the output's dims. */
  readonly dims: "fixed" | "free";
}

/** A value that is there before the graph runs: a byte range of a file, or numbers made here. */
export interface Initializer {
  readonly value: Value;
  readonly source: WeightRef | AnyTensor;
}

/** Operators whose result is their input's bytes under other dims. */
export const VIEWS: ReadonlySet<string> = new Set(["Reshape", "Identity"]);

/** Nodes, and those of their bodies. */
export const withInner = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => [node, ...Object.values(node.bodies ?? {}).flatMap((body) => withInner(body.nodes))]);

/** What a node reads, itself or in its bodies. */
export function readsOf({ inputs, bodies }: Node): Value[] {
  const own = inputs.filter((input) => input !== undefined);
  if (!bodies) return own;
  const all = Object.values(bodies);
  const inner = all.flatMap(({ nodes }) => nodes);
  const made = new Set(
    [...all.flatMap(({ inputs }) => inputs), ...inner.flatMap(({ outputs }) => outputs)].map(({ name }) => name),
  );
  return [...own, ...inner.flatMap(readsOf).filter(({ name }) => !made.has(name))];
}

/** Nodes that depend on some values, and the others, each in their order. */
export function byDependence(nodes: readonly Node[], values: readonly Value[]) {
  const names = new Set(values.map(({ name }) => name));
  const depends = (node: Node) => {
    const does = readsOf(node).some(({ name }) => names.has(name));
    if (does) for (const { name } of node.outputs) names.add(name);
    return does;
  };
  const [dependent, independent]: [Node[], Node[]] = [[], []];
  for (const node of nodes) (depends(node) ? dependent : independent).push(node);
  return { dependent, independent };
}

/** Those of a graph's nodes that an output needs, and the names of all values that are needed. */
export function neededBy({ nodes, outputs }: { readonly nodes: readonly Node[]; readonly outputs: readonly Value[] }) {
  const names = new Set(outputs.map(({ name }) => name));
  const needed: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some(({ name }) => names.has(name))) continue;
    needed.push(node);
    for (const { name } of readsOf(node)) names.add(name);
  }
  return { nodes: needed.reverse(), names };
}

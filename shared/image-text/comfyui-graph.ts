/** ComfyUI's graph as it writes it under `prompt`: nodes by their ids, whose inputs are values or [id of another node, output]. */
import { isRecord } from "./values.ts";

export interface ComfyNode {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface ComfyGraph {
  readonly nodes: ReadonlyMap<string, ComfyNode>;
  /** The node that an input is linked to. */
  linked(node: ComfyNode, input: string): ComfyNode | undefined;
  /** The node and all that its inputs come from, each once, nearest first; only by way of inputs that `through` takes. */
  upstream(node: ComfyNode, through?: (input: string, from: ComfyNode) => boolean): Generator<ComfyNode>;
}

/** More than people's largest have. */
const MOST_NODES = 2000;

/** Undefined: it is no such graph, or a larger one than is looked into. */
export function comfyGraph(data: unknown): ComfyGraph | undefined {
  if (!isRecord(data)) return undefined;
  const nodes = new Map<string, ComfyNode>();
  for (const [id, node] of Object.entries(data))
    if (isRecord(node) && typeof node.class_type === "string" && isRecord(node.inputs))
      nodes.set(id, { type: node.class_type, inputs: node.inputs });
  if (nodes.size === 0 || nodes.size > MOST_NODES) return undefined;
  const at = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && typeof value[1] === "number"
      ? nodes.get(String(value[0]))
      : undefined;
  return {
    nodes,
    linked: (node, input) => at(node.inputs[input]),
    *upstream(node, through = () => true) {
      const seen = new Set<ComfyNode>([node]);
      for (const one of seen) {
        yield one;
        for (const [input, value] of Object.entries(one.inputs)) {
          const next = at(value);
          if (next && through(input, one)) seen.add(next);
        }
      }
    },
  };
}

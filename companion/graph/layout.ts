/** How the values of a graph lie that is made anew channels last: as they were made, channels last, or both. */
import { elementCount } from "../tensor.ts";
import { ints } from "./attributes.ts";
import { fixedDims } from "./dim.ts";
import type { Graph, Node, Value } from "./graph.ts";
import type { Body } from "./node.ts";
import { indices, transpose } from "./ops.ts";
import { readAs } from "./reading.ts";

/** A value that lies channels last: its other axes in their order, then the channels, which are axis `channels` of it as it was made. */
export interface Lying {
  readonly value: Value;
  readonly channels: number;
}

/** Of a value that lies so, which axis of what was made is where. */
export const orderOf = (rank: number, channels: number): number[] => [
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== channels),
  channels,
];

/** Whether it lies as it was made. */
const isInOrder = ({ value, channels }: Lying): boolean => channels === value.dims.length - 1;

/** The attributes of what turns it back. */
function turnedBack({ value, channels }: Lying) {
  const order = orderOf(value.dims.length, channels);
  return { perm: ints(order.map((_, axis) => order.indexOf(axis))) };
}

/** Values by their names in the graph as it was made. In either form each is made in `to` when it is asked for first. */
export class Layout {
  readonly to: Graph;
  readonly #lying = new Map<string, Lying>();
  readonly #asMade = new Set<string>();
  readonly #free: Set<string>;

  /** `to`: has inputs and initializers, and no nodes yet. */
  constructor(to: Graph) {
    this.to = to;
    this.#free = new Set(to.freeInputs);
    for (const { name } of to.inputs) this.#asMade.add(name);
    for (const name of to.initializers.keys()) this.#asMade.add(name);
  }

  /** What a node gave: as it lies channels last, or else as it was made. `isFree`: of an input whose dims each run chooses. */
  add(
    outputs: readonly Value[],
    { last, isFree }: { readonly last: readonly Lying[] | undefined; readonly isFree: boolean },
  ): void {
    for (const [i, { name }] of outputs.entries()) {
      if (last) this.#lying.set(name, last[i]!);
      else this.#asMade.add(name);
      if (isFree && !this.to.fixed.has(name)) this.#free.add(name);
    }
  }

  /** Whether each run chooses its dims: those that it has are the least. */
  isFree({ name }: Value): boolean {
    return this.#free.has(name);
  }

  lies({ name }: Value): Lying | undefined {
    return this.#lying.get(name);
  }

  /** Whether it is a picture [B, C, H, W] that lies channels last already. */
  hasPicture(value: Value | undefined): value is Value {
    return value?.dims.length === 4 && this.lies(value)?.channels === 1;
  }

  asMade(value: Value): Value {
    const lying = this.lies(value);
    if (this.#asMade.has(value.name) || !lying) return value;
    if (isInOrder(lying)) return lying.value;
    this.#asMade.add(value.name);
    return this.to.emit("Transpose", [lying.value], [value], turnedBack(lying), { output: value.name })[0]!;
  }

  /** The node, which reads all as it was made. What a body alone reads is turned in it, where it runs. */
  reading(node: Node): Node {
    const inputs = node.inputs.map((value) => value && this.asMade(value));
    if (!node.bodies) return { ...node, inputs };
    const bodies = Object.entries(node.bodies).map(([name, body]) => [name, this.#readingBody(body)]);
    return { ...node, inputs, bodies: Object.fromEntries(bodies) };
  }

  #readingBody({ nodes, output, ...rest }: Body): Body {
    const turned: Node[] = [];
    const known = new Map<string, Value>();
    const own = new Set(nodes.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
    const read = (value: Value): Value => {
      const lying = this.lies(value);
      if (!lying || own.has(value.name) || this.#asMade.has(value.name)) return value;
      if (isInOrder(lying)) return lying.value;
      const made = known.get(value.name) ?? { ...value, name: `${output.name}/${value.name}` };
      if (!known.has(value.name))
        turned.push({
          ...{ name: made.name, operator: "Transpose", domain: "", inputs: [lying.value], outputs: [made] },
          attributes: turnedBack(lying),
        });
      known.set(value.name, made);
      return made;
    };
    const kept = nodes.map((node): Node => {
      if (node.bodies) return this.reading(node);
      return { ...node, inputs: node.inputs.map((value) => value && read(value)) };
    });
    return { ...rest, nodes: [...turned, ...kept], output };
  }

  /** A picture, or kernels, [B, C, H, W] as [B, H, W, C]. */
  asPicture(value: Value): Value {
    const lying = this.lies(value);
    if (lying?.channels === 1) return lying.value;
    const [batch, channels, height, width] = fixedDims(this.asMade(value).dims) as [number, number, number, number];
    const isView = (height * width === 1 || channels === 1) && !this.isFree(value);
    const made = isView
      ? view(this.to, value, [batch, height, width, channels])
      : transpose(this.to, value, [0, 2, 3, 1]);
    this.#lying.set(value.name, { value: made, channels: 1 });
    return made;
  }
}

/** The same elements in order. */
export function view(to: Graph, value: Value, wanted: readonly number[]): Value {
  const rest = elementCount(fixedDims(value.dims)) / -elementCount(wanted);
  const dims = wanted.map((size) => (size === -1 ? rest : size));
  return readAs(to, value, dims) ?? to.emit("Reshape", [value, indices(to, dims)], [{ type: value.type, dims }])[0]!;
}

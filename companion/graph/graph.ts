/**
 * A neural network as an ONNX graph in memory. Every value has dims and an element type from the moment it is made,
 * so that a mistake surfaces where it is made. Knows ONNX, knows no diffusion.
 */
import { Problem } from "../../shared/problem.ts";
import { type AnyTensor, elementCount } from "../tensor.ts";
import { type Attribute, int } from "./attributes.ts";
import type { BranchedLayer } from "./branched.ts";
import type { Dialect } from "./dialect.ts";
import { isFixed } from "./dim.ts";
import { ELEMENT_TYPE_OF } from "./element-type.ts";
import { type Body, byDependence, type Initializer, type Node, neededBy, type Value } from "./node.ts";
import type { MomentsAt, TokensAt } from "./of-a-strip.ts";
import type { Quantizer } from "./quantize.ts";
import type { WeightRef } from "./weights.ts";

export type {
  BranchedLayer,
  BranchedMatrix,
  BranchedNorm,
  BranchedPicture,
  BranchedRows,
  WholeRowsBy,
} from "./branched.ts";
export type { Initializer, Node, Value } from "./node.ts";
export type { Moments, MomentsAt, TokensAt } from "./of-a-strip.ts";
export type { QuantizedLayer, Quantizer } from "./quantize.ts";

/** Makes the result of a weighted layer, and adds something. */
export type Branch = (op: Graph, layer: BranchedLayer) => Value;

/** The branch beside the layer at a path of the weights, e.g. "down_blocks.0.attentions.0.proj_in". */
export type BranchAt = (path: string) => Branch | undefined;

export interface GraphOptions {
  readonly dialect: Dialect;
  /** How weights are narrowed. Absent: they are exact. */
  readonly quantizer?: Quantizer;
  readonly momentsAt?: MomentsAt;
  readonly tokensAt?: TokensAt;
  /** What to add to weighted layers, by their path (LoRA and its kin). */
  readonly branchAt?: BranchAt;
}

/** What an operator's result is. */
export type Shape = Pick<Value, "type" | "dims">;

export class Graph {
  readonly dialect: Dialect;
  readonly branchAt: BranchAt;
  readonly momentsAt: MomentsAt;
  readonly tokensAt: TokensAt;
  readonly quantizer: Quantizer;
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** Inputs whose dims feeds choose: theirs, and those of all that comes from them, are the least that there can be. */
  readonly freeInputs = new Set<string>();
  readonly fixed = new Set<string>(); // Names of the values of `fixedWhateverIsFree`.
  readonly #free = new Map<string, Value>();
  readonly #names = new Map<string, number>();
  readonly #constants = new Map<string, Value>();
  readonly #arrays = new Map<object, number>();
  #known = new Map<string, unknown>();
  #nodes: Node[] = [];
  #scope = "";

  constructor({
    dialect,
    branchAt = () => undefined,
    momentsAt = () => undefined,
    tokensAt = (own) => own.map(([, tokens]) => tokens),
    quantizer = () => undefined,
  }: GraphOptions) {
    this.dialect = dialect;
    this.branchAt = branchAt;
    this.momentsAt = momentsAt;
    this.tokensAt = tokensAt;
    this.quantizer = quantizer;
  }

  /** The element type of the arithmetic inside; inputs and outputs of networks stay float32. */
  get float(): "float32" | "float16" {
    return this.dialect.float;
  }

  /** Names of the nodes that `body` makes begin with `path` (a weights' path), so that a slow or wrong node names its place. */
  scope<T>(path: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = path.replaceAll(".", "/");
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** In the order in which they were made. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  input(name: string, { type, dims }: Shape): Value {
    const value = { name: this.#unique(name), type, dims };
    this.inputs.push(value);
    return value;
  }

  /**
   * An input whose dims may differ from run to run; `least` are the least. Where it is not fed, it is zeros of those. Of a layer that runs
   * twice both runs have the same: a name that was asked for before is the input from before.
   */
  freeInput(name: string, least: Shape): Value {
    const known = this.#free.get(name);
    if (known) return known;
    const value = this.input(name, least);
    this.freeInputs.add(value.name);
    this.#free.set(name, value);
    return value;
  }

  /** Tells the runtime the dims of what comes from free inputs: it cannot infer them, and then looks for memory in vain. */
  fixedWhateverIsFree(value: Value): Value {
    if (value.dims.every(isFixed)) this.fixed.add(value.name);
    return value;
  }

  /**
   * What `met` gives where `condition` [1] (bool) holds, or else what `otherwise` gives; the other one does not run. Their
   * dims are equal or, where they come from free inputs, "free".
   */
  either(
    condition: Value,
    {
      met,
      otherwise,
      dims = "fixed",
    }: { met: () => Value; otherwise: () => Value; dims?: "fixed" | "free" | undefined },
  ): Value {
    const bodies = { then_branch: this.#body([], met, dims), else_branch: this.#body([], otherwise, dims) };
    return this.emit("If", [condition], [bodies.else_branch.output], {}, { bodies })[0]!;
  }

  /**
   * What `make` makes of each part, by the same nodes one after the other: parts [n, ...dims] → [n, ...the result's dims]. What it makes of
   * no part is made once.
   */
  each(parts: Value, make: (part: Value) => Value): Value {
    const [count, ...dims] = parts.dims;
    const part = { name: this.#unique("part"), type: parts.type, dims };
    const { nodes, ...body } = this.#body([part], () => make(part), "fixed");
    const { dependent, independent } = byDependence(nodes, [part]);
    this.#nodes.push(...independent);
    const result = { type: body.output.type, dims: [count!, ...body.output.dims] };
    return this.emit(
      "Scan",
      [parts],
      [result],
      { num_scan_inputs: int(1) },
      { bodies: { body: { ...body, nodes: dependent } } },
    )[0]!;
  }

  /** Makes `value` an output under `name`. */
  output(name: string, value: Value): void {
    const [out] = this.emit("Identity", [value], [value], {}, { output: this.#unique(name) });
    this.outputs.push(out!);
  }

  /** What `make` makes, made once where it is asked for again by the same name. */
  once<T>(name: string, make: () => T): T {
    if (!this.#known.has(name)) this.#known.set(name, make());
    return this.#known.get(name) as T;
  }

  /** A node and its results. Called by the operator functions in ops/ only. */
  emit(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { domain = "", output, bodies }: { domain?: Node["domain"]; output?: string; bodies?: Node["bodies"] } = {},
  ): Value[] {
    const name = this.#unique(this.#scope === "" ? operator : `${this.#scope}/${operator}`);
    const outputs = results.map(({ type, dims }, i) => ({
      name: output ?? (results.length === 1 ? `${name}:` : `${name}:${i}`),
      type,
      dims,
    }));
    this.#nodes.push({ name, operator, domain, inputs: [...inputs], outputs, attributes, ...(bodies && { bodies }) });
    return outputs;
  }

  /** Numbers made here. Equal constants are one: small ones by their numbers, large ones where they are the same array. */
  constant(tensor: AnyTensor): Value {
    const { type, dims, data } = tensor;
    const key = `${type}[${dims}]${data.length <= 64 ? data.join() : this.#placeOf(data)}`;
    let value = this.#constants.get(key);
    if (!value) {
      value = { name: this.#unique(`constant/${type}`), type, dims };
      this.initializers.set(value.name, { value, source: tensor });
      this.#constants.set(key, value);
    }
    return value;
  }

  /** A tensor of a file, in the file's own element type, its bytes read as `dims`. Asked for twice, it is one. */
  initializer(ref: WeightRef, dims: readonly number[] = ref.dims): Value {
    if (elementCount(dims) !== elementCount(ref.dims)) this.fail(`Cannot read "${ref.key}" [${ref.dims}] as [${dims}]`);
    const key = `${ref.file}:${ref.offset}:${ref.type}[${dims}]`;
    let value = this.#constants.get(key);
    if (!value) {
      value = { name: this.#unique(ref.key), type: ELEMENT_TYPE_OF[ref.type], dims };
      this.initializers.set(value.name, { value, source: ref });
      this.#constants.set(key, value);
    }
    return value;
  }

  /**
   * What makes `made`, values of this graph, each an output by its key: by default its own outputs. `given`: values of it that are
   * inputs, each by its key.
   */
  part(given: Readonly<Record<string, Value>>, made?: Readonly<Record<string, Value>>): Graph {
    const part = new Graph(this);
    part.inputs.push(...this.inputs);
    for (const [name, value] of Object.entries(given))
      part.scope(name, () => part.emit("Identity", [part.input(name, value)], [value], {}, { output: value.name }));
    const known = new Set(Object.values(given).map(({ name }) => name));
    part.#nodes.push(...this.#nodes.filter(({ outputs }) => !outputs.some(({ name }) => known.has(name))));
    for (const [name, value] of Object.entries(made ?? {})) part.scope(name, () => part.output(name, value));
    if (!made) part.outputs.push(...this.outputs);
    for (const [name, initializer] of this.initializers) part.initializers.set(name, initializer);
    for (const which of ["freeInputs", "fixed"] as const) for (const name of this[which]) part[which].add(name);
    part.prune();
    return part;
  }

  /**
   * The same network of other nodes. `rewriter`: of a graph without nodes, what makes in it what stands for each node in turn, or keeps
   * one. What stands for a value that others read has its name (`emit`, `output`).
   */
  rewritten(rewriter: (to: Graph) => (node: Node, keep: (node: Node) => void) => void, dialect = this.dialect): Graph {
    const to = new Graph({ ...this, dialect });
    to.inputs.push(...this.inputs);
    to.outputs.push(...this.outputs);
    for (const which of ["freeInputs", "fixed"] as const) for (const name of this[which]) to[which].add(name);
    for (const [name, initializer] of this.initializers) to.initializers.set(name, initializer);
    const rewrite = rewriter(to);
    const keep = (node: Node) => to.#nodes.push(node);
    for (const node of this.#nodes) to.scope(node.name, () => rewrite(node, keep));
    to.prune();
    // What may be fed is what could be fed before.
    to.inputs.splice(0, to.inputs.length, ...this.inputs);
    return to;
  }

  /** Drops nodes, initializers and inputs that no output needs. */
  prune(): void {
    const { nodes, names: needed } = neededBy(this);
    this.#nodes = nodes;
    this.inputs.splice(0, this.inputs.length, ...this.inputs.filter(({ name }) => needed.has(name)));
    for (const name of this.initializers.keys()) if (!needed.has(name)) this.initializers.delete(name);
  }

  /** Throws: the network is built wrongly here. */
  fail(what: string): never {
    throw new Problem("internal", `${what} at "${this.#scope}".`);
  }

  #placeOf(data: object): string {
    const place = this.#arrays.get(data) ?? this.#arrays.size;
    this.#arrays.set(data, place);
    return `array ${place}`;
  }

  #body(inputs: readonly Value[], make: () => Value, dims: Body["dims"]): Body {
    const [around, known] = [this.#nodes, this.#known];
    this.#nodes = [];
    // What is made in a body is not seen outside.
    this.#known = new Map(known);
    try {
      const made = make();
      const own = this.#nodes.some(({ outputs }) => outputs.includes(made));
      const output = own ? made : this.emit("Identity", [made], [made])[0]!;
      return { inputs, nodes: this.#nodes, output, dims };
    } finally {
      this.#nodes = around;
      this.#known = known;
    }
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    const made = count === 0 ? name : `${name}#${count}`;
    // Initializers may come from another graph.
    return this.initializers.has(made) ? this.#unique(name) : made;
  }
}

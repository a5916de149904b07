/**
 * A neural network as an ONNX graph in memory. Every value has static dims and an element type from the moment it is made,
 * so that a mistake surfaces where it is made. Knows ONNX, knows no diffusion.
 */
import { Problem } from "../../shared/problem.ts";
import { type AnyTensor, elementCount } from "../tensor.ts";
import type { Attribute } from "./attributes.ts";
import type { Dialect } from "./dialect.ts";
import { ELEMENT_TYPE_OF, type ElementType } from "./element-type.ts";
import type { NarrowMatrix } from "./quantize.ts";
import type { WeightRef } from "./weights.ts";

/** A tensor that will exist when the graph runs. Row-major; `dims` are known now. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
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
}

/** A value that is there before the graph runs: a byte range of a file, or numbers made here. */
export interface Initializer {
  readonly value: Value;
  readonly source: WeightRef | AnyTensor;
}

/** The layer that a branch stands beside. Padding is top, left, bottom, right. */
export type BranchedLayer =
  | { readonly kind: "linear"; readonly out: number }
  | {
      readonly kind: "conv2d";
      readonly out: number;
      readonly kernel: number;
      readonly stride: number;
      readonly padding: readonly [number, number, number, number];
    };

/** Something added to a weighted layer's result: takes the layer's input, gives a value of the result's dims. */
export type Branch = (op: Graph, x: Value, layer: BranchedLayer) => Value;

/** The branches beside the layer at a path of the weights, e.g. "down_blocks.0.attentions.0.proj_in". */
export type BranchesAt = (path: string) => readonly Branch[];

/** What a group norm sees, and of each [batch, group], both [B, G, 1], what to add (the mean, negative) and to multiply by. */
export interface Moments {
  readonly of: Value;
  readonly shift: Value;
  readonly scale: Value;
}

/** The moments of the group norm at a path of the weights, where they are not its input's own: a strip of a picture. */
export type MomentsAt = (
  path: string,
  x: Value,
  norm: { readonly groups: number; readonly eps: number },
) => Moments | undefined;

/** The keys and values [B, T, C] that are attended to, given those of a picture that may be a strip, each with its weights' path. */
export type TokensAt = (own: readonly (readonly [path: string, tokens: Value])[]) => readonly Value[];

/** A layer's weights as a matrix [out, in] (a convolution's: in · kernel) in few bits, or undefined where they stay as they are. */
export type Quantizer = (
  ref: WeightRef,
  dims: readonly [out: number, inner: number],
  kind: "linear" | "conv2d",
) => NarrowMatrix | undefined;

export interface GraphOptions {
  readonly dialect: Dialect;
  /** How weights are narrowed. Absent: they are exact. */
  readonly quantizer?: Quantizer;
  readonly momentsAt?: MomentsAt;
  readonly tokensAt?: TokensAt;
  /** What to add to weighted layers, by their path (LoRA and its kin). */
  readonly branchesAt?: BranchesAt;
}

/** What an operator's result is. */
export type Shape = Pick<Value, "type" | "dims">;

export class Graph {
  readonly dialect: Dialect;
  readonly branchesAt: BranchesAt;
  readonly momentsAt: MomentsAt;
  readonly tokensAt: TokensAt;
  readonly quantizer: Quantizer;
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** Inputs whose first dim feeds may choose, with a name for that size; their `dims` have a typical one, for estimates. */
  readonly freeInputs = new Map<string, string>();
  readonly #names = new Map<string, number>();
  readonly #constants = new Map<string, Value>();
  #scope = "";

  constructor({
    dialect,
    branchesAt = () => [],
    momentsAt = () => undefined,
    tokensAt = (own) => own.map(([, tokens]) => tokens),
    quantizer = () => undefined,
  }: GraphOptions) {
    this.dialect = dialect;
    this.branchesAt = branchesAt;
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

  input(name: string, { type, dims }: Shape): Value {
    const value = { name: this.#unique(name), type, dims };
    this.inputs.push(value);
    return value;
  }

  /** An input whose first dim may differ from run to run; `size` names it, so that equal ones are known to be equal. */
  freeInput(name: string, size: string, shape: Shape): Value {
    const value = this.input(name, shape);
    this.freeInputs.set(value.name, size);
    return value;
  }

  /** Makes `value` an output under `name`. */
  output(name: string, value: Value): void {
    const [out] = this.emit("Identity", [value], [value], {}, { output: this.#unique(name) });
    this.outputs.push(out!);
  }

  /** A node and its results. Called by the operator functions in ops/ only. */
  emit(
    operator: string,
    inputs: readonly (Value | undefined)[],
    results: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { domain = "", output }: { domain?: Node["domain"]; output?: string } = {},
  ): Value[] {
    const name = this.#unique(this.#scope === "" ? operator : `${this.#scope}/${operator}`);
    const outputs = results.map(({ type, dims }, i) => ({
      name: output ?? (results.length === 1 ? `${name}:` : `${name}:${i}`),
      type,
      dims,
    }));
    this.nodes.push({ name, operator, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Numbers made here. Equal constants are one. */
  constant(tensor: AnyTensor): Value {
    const { type, dims, data } = tensor;
    const key = `${type}[${dims}]${data.length <= 64 ? data.join() : this.#constants.size}`;
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

  /** Drops nodes, initializers and inputs that no output needs. */
  prune(): void {
    const needed = new Set(this.outputs.map(({ name }) => name));
    const kept: Node[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some(({ name }) => needed.has(name))) continue;
      kept.unshift(node);
      for (const input of node.inputs) if (input) needed.add(input.name);
    }
    this.nodes.splice(0, this.nodes.length, ...kept);
    this.inputs.splice(0, this.inputs.length, ...this.inputs.filter(({ name }) => needed.has(name)));
    for (const name of this.initializers.keys()) if (!needed.has(name)) this.initializers.delete(name);
  }

  /** Throws: the network is built wrongly here. */
  fail(what: string): never {
    throw new Problem("internal", `${what} at "${this.#scope}".`);
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    return count === 0 ? name : `${name}#${count}`;
  }
}

import { elementCount } from "../tensor.ts";
import { dimIn, type Symbols } from "./dim.ts";
import { ELEMENT_TYPES } from "./element-type.ts";
import type { Graph, Node, Value } from "./graph.ts";
import { VIEWS } from "./node.ts";

/**
 * From here on, in bytes, a copy of the weights in the type that the network computes in costs more than it gives. Measured
 * for Stable Diffusion XL from float16 on two cores: the copy takes 10 GiB and 20 s; widening in every run takes neither,
 * and a few seconds of a step of minutes.
 */
export const HEAVY_WEIGHTS = 2 ** 32;
/**
 * The same for what runs once for a prompt or a picture, and not in every step. Of Stable Diffusion XL's second text encoder, in float16,
 * the copy takes 2.6 GiB and 1.9 to 4.3 s; a run takes 0.36 s without it, and 0.30 s with it. Measured.
 */
export const HEAVY_ONCE = 2 ** 30;
/**
 * Below this, in bytes, weights are rearranged for the fastest convolutions, where they are not computed by tiles: a copy, worth it where
 * it is small.
 */
export const LIGHT_WEIGHTS = 2 ** 28;
/**
 * What that takes: weights twice, as the runtime keeps the first copy's place, and of values so much more at once, as
 * convolutions take and give rearranged pictures. Measured for autoencoders.
 */
const REARRANGED = { weights: 2, values: 1.2 } as const;
/**
 * Of a small network that is computed by tiles: the runtime keeps a block for a later value of the same dims, and there are many of few
 * dims. Measured for autoencoders.
 */
const TILED = { weights: 1, values: 2 } as const;
/** Operators that the runtime computes anew in each run, whatever they depend on. */
const IN_EACH_RUN: ReadonlySet<string> = new Set(["ExpandDims"]);
/** Bytes that the system's allocator holds back between blocks that come and go, at most. Measured. */
const HELD_BACK = 2 ** 26;

export interface MemoryEstimate {
  /** What a session holds while it is open: weights as they lie in memory, and what is computed of them once. */
  readonly weights: number;
  /** When weights that the file keeps in a narrower type are widened: as the session opens, or anew in every run. */
  readonly widening: "once" | "every-run";
  /** "rearranged": for the processor's fastest convolutions. */
  readonly layout: "plain" | "rearranged";
  /** The most that a run takes on top. */
  readonly activations: number;
}

export interface MemoryOptions {
  /** Bytes from which on weights are not widened once. Default 4 GiB. */
  readonly heavyWeights?: number;
  /** What the dims stand for that each run chooses. */
  readonly symbols?: Symbols;
}

const bytesOf = ({ dims, type }: Value, symbols: Symbols): number =>
  elementCount(dims.map((dim) => dimIn(dim, symbols))) * ELEMENT_TYPES[type].bytes;

/** Bytes that a session for this graph will need: by the life of each value, from its node to its last reader. Throws RangeError where a symbol has no value. */
export function estimateMemory(
  graph: Graph,
  { heavyWeights = HEAVY_WEIGHTS, symbols = {} }: MemoryOptions = {},
): MemoryEstimate {
  const { bytes, isNarrow, dialect, peakOf } = surveyed(graph);
  const { stored, computed } = bytes;
  const widening = computed > stored && computed > (isNarrow ? 0 : heavyWeights) ? "every-run" : "once";
  const weights = widening === "once" ? computed : stored;
  const { provider, convolutions } = dialect;
  const light = provider === "cpu" && weights < LIGHT_WEIGHTS;
  const rearranged = light && convolutions !== "tiled";
  const times = rearranged ? REARRANGED : light ? TILED : { weights: 1, values: 1 };
  const peak = peakOf(widening, symbols);
  return {
    weights: times.weights * weights,
    widening,
    layout: rearranged ? "rearranged" : "plain",
    activations: Math.ceil(times.values * peak + Math.min(peak, HELD_BACK)),
  };
}

/** What is found out about a graph once: it is asked several times as its session opens, and has thousands of nodes. */
interface Survey {
  readonly dialect: Graph["dialect"];
  /** What runs where no condition holds. */
  readonly run: Nodes;
  /** Its nodes that depend on weights alone. */
  readonly constant: ReadonlySet<Node>;
  readonly bytes: { readonly stored: number; readonly computed: number };
  readonly isNarrow: boolean;
  /** The most bytes of intermediate values at once. */
  peakOf(widening: MemoryEstimate["widening"], symbols: Symbols): number;
}

const surveys = new WeakMap<Graph, { readonly survey: Survey; readonly of: readonly unknown[] }>();

/** A graph may grow between two questions. */
function surveyed(graph: Graph): Survey {
  const of = [graph.nodes, graph.nodes.length, graph.initializers.size, graph.outputs.length];
  const known = surveys.get(graph);
  if (known && of.every((part, i) => part === known.of[i])) return known.survey;
  const survey = surveyOf(graph);
  surveys.set(graph, { survey, of });
  return survey;
}

function surveyOf(graph: Graph): Survey {
  const run = unchanged(graph);
  const constant = constantNodes(run);
  const peaks = new Map<string, number>();
  return {
    dialect: graph.dialect,
    run,
    constant,
    bytes: weightBytes(run, constant),
    isNarrow: isNarrow(run),
    peakOf: (widening, symbols) => {
      const key = JSON.stringify([widening, symbols]);
      const peak = peaks.get(key) ?? mostAlive(run, widening === "once" ? constant : new Set(), symbols);
      peaks.set(key, peak);
      return peak;
    },
  };
}

/**
 * Weights of a session that lie in memory as they lie in their mapped file, by file and place, in bytes: whoever else maps them has
 * the same memory. None where the processor does not compute, or what it reads is a copy.
 */
export function mappedWeights(
  all: Graph,
  { layout, widening }: Pick<MemoryEstimate, "layout" | "widening">,
): ReadonlyMap<string, number> {
  const { run: graph, constant } = surveyed(all);
  if (graph.dialect.provider !== "cpu" || layout === "rearranged") return new Map();
  const names = graph.nodes
    .filter((node) => widening !== "once" || !constant.has(node))
    .flatMap((node) =>
      node.inputs.flatMap((input, i) =>
        // Tables count nowhere.
        input && !isTable(graph, node, i) && !isPackedHere(graph, node, i) ? [input.name] : [],
      ),
    );
  const mapped = new Map<string, number>();
  for (const name of new Set(names)) {
    const { value, source } = graph.initializers.get(name) ?? {};
    if (!value || !source || !("file" in source)) continue;
    // Of a whole that is read in parts, all are.
    const key = `${source.file}:${(source.partOf ?? source).offset}`;
    mapped.set(key, (source.partOf ? (mapped.get(key) ?? 0) : 0) + bytesOf(value, {}));
  }
  return mapped;
}

type Nodes = Pick<Graph, "dialect" | "initializers" | "nodes" | "outputs">;

/** What runs where no condition holds, and for each part the same once. */
function unchanged({ dialect, initializers, nodes, outputs }: Graph): Nodes {
  const flat = ({ bodies, ...node }: Node): readonly Node[] => {
    if (bodies?.else_branch)
      return [
        ...bodies.else_branch.nodes.flatMap(flat),
        { ...node, operator: "Identity", inputs: [bodies.else_branch.output] },
      ];
    if (!bodies?.body) return [node];
    const { inputs, nodes, output } = bodies.body;
    const given = inputs.map((value, i) => ({
      ...node,
      operator: "Identity",
      inputs: [node.inputs[i]],
      outputs: [value],
    }));
    return [...given, ...nodes.flatMap(flat), { ...node, inputs: [output] }];
  };
  const run = nodes.some(({ bodies }) => bodies) ? nodes.flatMap(flat) : nodes;
  const read = new Set<string>();
  for (const { inputs } of run) for (const input of inputs) if (input) read.add(input.name);
  return { dialect, nodes: run, outputs, initializers: new Map([...initializers].filter(([name]) => read.has(name))) };
}

/** Whether there are weights that were narrowed for want of memory: a copy of them would be in vain. */
const isNarrow = ({ nodes, dialect }: Nodes): boolean =>
  dialect.provider === "cpu" &&
  nodes.some(({ operator }) => operator === "DequantizeLinear" || operator === "MatMulNBits");

/** Nodes that depend on weights alone. */
function constantNodes({ nodes, initializers }: Nodes): Set<Node> {
  const given = new Set(initializers.keys());
  const constant = new Set<Node>();
  for (const node of nodes) {
    if (IN_EACH_RUN.has(node.operator) || !node.inputs.every((input) => !input || given.has(input.name))) continue;
    constant.add(node);
    for (const { name } of node.outputs) given.add(name);
  }
  return constant;
}

/** Whether a session for this graph computes anything as it opens, and keeps it: see `MemoryEstimate.widening`. */
export const computesOnce = (all: Graph, { widening }: Pick<MemoryEstimate, "widening">): boolean =>
  widening === "once" && surveyed(all).constant.size > 0;

/** Of weights as they are stored, and of what runs read when all that depends on weights alone was computed once. */
function weightBytes(graph: Nodes, constant: ReadonlySet<Node>): { stored: number; computed: number } {
  const fixed = new Map([...graph.initializers.values()].map(({ value }) => [value.name, value]));
  for (const { outputs } of constant) for (const output of outputs) fixed.set(output.name, output);
  const read = new Set<Value>();
  const tables = new Set<string>();
  for (const node of graph.nodes)
    if (!constant.has(node))
      for (const [i, input] of node.inputs.entries()) {
        const value = input && fixed.get(input.name);
        // Of a table in a mapped file no more than a few rows ever come into memory.
        if (isTable(graph, node, i) && graph.initializers.has(input!.name)) tables.add(input!.name);
        else if (value) read.add(value);
      }
  const sum = (values: Iterable<Value>) => [...values].reduce((bytes, value) => bytes + bytesOf(value, {}), 0);
  const initializers = [...graph.initializers.values()].map(({ value }) => value);
  return { stored: sum(initializers.filter(({ name }) => !tables.has(name))), computed: sum(read) };
}

const isTable = ({ dialect }: Nodes, { operator }: Node, input: number): boolean =>
  operator === "Gather" && input === 0 && dialect.provider === "cpu";

/** Whether it is a matrix of whole numbers that a session packs for itself. */
function isPackedHere({ initializers }: Nodes, { operator, inputs }: Node, input: number): boolean {
  if (operator !== "MatMulIntegerToFloat" || input !== 1) return false;
  const { source } = initializers.get(inputs[1]!.name) ?? {};
  return !(source && "file" in source && source.packed);
}

/** The most bytes of intermediate values at once; `before`: nodes that have run before. */
function mostAlive(graph: Nodes, before: ReadonlySet<Node>, symbols: Symbols): number {
  const lastUse = new Map<string, number>();
  const root = new Map<string, string>();
  const rootOf = (name: string): string => root.get(name) ?? name;
  graph.nodes.forEach((node, i) => {
    const [first] = node.inputs;
    if (VIEWS.has(node.operator) && first) root.set(node.outputs[0]!.name, rootOf(first.name));
    for (const input of node.inputs) if (input) lastUse.set(rootOf(input.name), i);
  });
  for (const { name } of graph.outputs) lastUse.set(rootOf(name), graph.nodes.length);
  let [live, peak] = [0, 0];
  const freedAt = new Map<number, number>();
  graph.nodes.forEach((node, i) => {
    if (!before.has(node))
      for (const output of node.outputs) {
        if (root.has(output.name)) continue;
        const bytes = bytesOf(output, symbols);
        const end = lastUse.get(output.name) ?? i;
        live += bytes;
        freedAt.set(end, (freedAt.get(end) ?? 0) + bytes);
      }
    peak = Math.max(peak, live);
    live -= freedAt.get(i) ?? 0;
  });
  return peak;
}

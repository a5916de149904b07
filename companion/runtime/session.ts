/** The one door to ONNX Runtime: a graph goes in, a thing that runs comes out. */
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { DeviceInfo } from "../../shared/protocol.ts";
import { channelsLast } from "../graph/channels-last.ts";
import { type Dim, fixedDims, isFixed } from "../graph/dim.ts";
import { watchFiles } from "../graph/file-stamp.ts";
import type { Graph, Value } from "../graph/graph.ts";
import {
  computesOnce,
  estimateMemory,
  LIGHT_WEIGHTS,
  type MemoryEstimate,
  type MemoryOptions,
} from "../graph/memory.ts";
import { withInner } from "../graph/node.ts";
import { onnxFile } from "../graph/onnx-file.ts";
import { type AnyTensor, elementCount, type Tensor } from "../tensor.ts";
import { insideRuntime } from "./activity.ts";
import { tellMapped } from "./mapped-files.ts";
import { InferenceSession, listSupportedBackends, Tensor as OrtTensor } from "./onnx-runtime.ts";
import { PACKED_AT_MOST } from "./pack.ts";
import { type Spill, spill } from "./spill.ts";

/** What of a device matters here. */
type Place = { readonly info: Pick<DeviceInfo, "provider"> };

export interface Session {
  /** Bytes that this session is estimated to need: weights in their computing type, and intermediate values. */
  readonly bytes: number;
  /** The dims of all inputs, by name. */
  readonly inputs: ReadonlyMap<string, readonly Dim[]>;
  /**
   * Feeds by input name → float32 results by output name. Blocks its thread until done; can't be interrupted.
   * Throws Problem "out-of-memory", "file-changed", or "internal" with the runtime's own words.
   */
  run(feeds: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>>;
  /** Gives the memory back. The session can't be used after. */
  release(): Promise<void>;
}

export interface SessionOptions extends MemoryOptions {
  /** "kept": even a small network keeps the memory of its values from run to run. */
  readonly values?: "kept";
}

/** Seconds that this process has spent in the runtime, opening and running networks: what is left is our own time. */
export const runtimeClock = { seconds: 0 };

/** The providers that ONNX Runtime's package brings for this system, whether they work here or not. */
export const bundledProviders = (): string[] => listSupportedBackends().map(({ name }) => name);

/**
 * Opens a graph on a device. On the CPU float32 weights stay in their memory-mapped file (nothing is packed or copied);
 * other types are widened once, here, or where that would take too much memory anew in every run. Throws Problem
 * "out-of-memory", "file-changed" or "internal".
 */
export async function openSession(
  given: Graph,
  device: Place,
  { values, ...memory }: SessionOptions = {},
): Promise<Session> {
  const graph = given.dialect.channelsLast === "never" ? given : channelsLast(given);
  const estimate = estimateMemory(graph, memory);
  const { weights, activations } = estimate;
  const spilled = spill(graph);
  const options = runtimeOptions(graph, device, { ...estimate, spilled, values });
  const verify = watchFiles(fileRefs(graph));
  tellMapped(fileRefs(graph));
  const native = await attempt(
    "open the network",
    () => InferenceSession.create(onnxFile(graph, spilled.refs), options),
    verify,
  ).catch((error) => {
    spilled.remove();
    throw error;
  });
  // What is mapped stays, under no name; Windows does not allow it.
  if (process.platform !== "win32") spilled.remove();
  const idle = zerosFor(graph);
  return {
    bytes: weights + activations,
    inputs: new Map(graph.inputs.map(({ name, dims }) => [name, dims])),
    async run(feeds) {
      const fed = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, toNative(t)]));
      const outputs = await attempt("run the network", () => native.run({ ...idle, ...fed }), verify);
      return Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, fromNative(name, t)]));
    },
    release: () => native.release().finally(spilled.remove),
  };
}

/** Whether a session on the processor, of fixed dims, keeps the memory of its values from run to run. */
export const keepsValues = (
  { layout, weights }: Pick<MemoryEstimate, "layout" | "weights">,
  values?: SessionOptions["values"],
): boolean => layout === "plain" && (values === "kept" || weights >= LIGHT_WEIGHTS);

/** Channels last is the default, and wrong in ONNX Runtime 1.30 for convolutions of 6 or 9 channels (inpainting has 9). */
const WEBGPU = { name: "webgpu", preferredLayout: "NCHW" } as const;

/**
 * Measured for Stable Diffusion 1.5 on two cores: packing matrices ("prepacking") costs 1.1 GB and 2 s for 5 % of a step;
 * rearranged convolutions open the UNet in 20 s instead of 0.4 s for nothing, but speed up small networks that are not computed by tiles,
 * the starter's UNet by a sixth to a third. Values lie in the runtime's arena: the system's allocator asks for new pages in every run
 * (300,000 of a step's, 8 % of its time), and a plan of all blocks ("memory pattern") takes 20 % more memory than blocks that come and
 * go. Small networks go without: they run seldom, and the arena would stay theirs. Threads spin within a run (1 to 5 % faster, and
 * steadier) and stop with it: idle ones would take the time of the designer's other programs.
 */
function runtimeOptions(
  graph: Graph,
  { info: { provider } }: Place,
  estimate: MemoryEstimate & { readonly spilled: Spill; readonly values: SessionOptions["values"] | undefined },
): InferenceSession.SessionOptions {
  const { layout, spilled, values, weights } = estimate;
  const cpu = provider === "cpu";
  const anySize = graph.inputs.some(({ dims }) => !dims.every(isFixed));
  const keeps = anySize || keepsValues({ layout, weights }, values);
  const { extra, ...level } = optimizations(graph, cpu, estimate);
  return {
    ...level,
    executionProviders: [provider === "webgpu" ? WEBGPU : provider],
    enableCpuMemArena: !cpu || keeps,
    enableMemPattern: !anySize && !(cpu && keeps),
    logSeverityLevel: 4,
    extra: {
      ...extra,
      session: {
        model_external_initializers_file_folder_path: rootOf(graph, spilled),
        disable_prepacking: cpu && !packsIntegers(graph) ? "1" : "0",
        disable_cpu_ep_fallback: cpu ? "0" : "1",
        intra_op: { allow_spinning: "1" },
        force_spinning_stop: "1",
      },
    },
  };
}

/** Whether matrices of whole numbers are packed as a session opens: each anew, where no packed form lies in its file. */
function packsIntegers({ nodes, initializers }: Graph): boolean {
  const products = withInner(nodes).filter(({ operator }) => operator === "MatMulIntegerToFloat");
  const matrices = new Set(products.map(({ inputs }) => inputs[1]!.name));
  const bytes = [...initializers.values()].reduce(
    (sum, { value }) => (matrices.has(value.name) ? sum + elementCount(fixedDims(value.dims)) : sum),
    0,
  );
  return bytes > 0 && bytes <= PACKED_AT_MOST;
}

/** The runtime's passes over a graph that find nothing in ours, each of which takes its time at every layer: all but folding constants. */
const IDLE_OPTIMIZERS = [
  ...["Level1_RuleBasedTransformer", "ConstantSharing", "CommonSubexpressionElimination", "TransposeOptimizer"],
  ...["MatMulAddFusion", "ReshapeFusion", "GeluFusionL1", "LayerNormFusionL1", "GemmSumFusion"],
  ...["PreShapeNodeElimination", "QDQPropagationTransformer", "EnsureUniqueDQForNodeUnit", "DoubleQDQPairsRemover"],
  ...["WhereDummyDq", "TransposeOptimizer_CPUExecutionProvider", "SliceConcatToSpaceToDepthFusion"],
  "WeightBiasQuantization",
].join(";");

/**
 * On the processor, of a graph that is not rearranged, constants are folded where there are any, and nothing else is done. Where weights
 * are widened in every run the runtime would keep what it computed, the copy.
 */
function optimizations(graph: Graph, cpu: boolean, estimate: MemoryEstimate): InferenceSession.SessionOptions {
  if (estimate.layout === "rearranged") return { graphOptimizationLevel: "all" };
  if (!cpu) return { graphOptimizationLevel: "extended" };
  if (!computesOnce(graph, estimate)) return { graphOptimizationLevel: "disabled" };
  return {
    graphOptimizationLevel: "basic",
    extra: { optimization: { disable_specified_optimizers: IDLE_OPTIMIZERS } },
  };
}

/** "/", or the drive that all weights lie on. Throws Problem "model-unsupported" where there are several. */
function rootOf(graph: Graph, { refs }: Spill): string {
  const roots = new Set([...refs.values()].map(({ file }) => path.parse(file).root.toUpperCase()));
  for (const { file } of fileRefs(graph)) roots.add(path.parse(file).root.toUpperCase());
  if (roots.size > 1)
    throw new Problem(
      "model-unsupported",
      `The model's files lie on several drives (${[...roots].join(", ")}): put them on one.`,
    );
  return [...roots][0] ?? path.parse(process.cwd()).root;
}

const fileRefs = (graph: Graph) =>
  [...graph.initializers.values()].flatMap(({ source }) => ("file" in source ? [source] : []));

/** What free inputs are where they are not fed: zeros of the least dims, one for all that are alike. */
function zerosFor({ inputs, freeInputs }: Graph): Record<string, OrtTensor> {
  const known = new Map<string, OrtTensor>();
  const zeros = ({ type, dims }: Value) => {
    const key = `${type}[${dims}]`;
    const made = known.get(key) ?? toNative(zeroTensor(type, fixedDims(dims)));
    known.set(key, made);
    return made;
  };
  const free = inputs.filter(({ name }) => freeInputs.has(name));
  return Object.fromEntries(free.map((value) => [value.name, zeros(value)]));
}

function zeroTensor(type: Value["type"], dims: readonly number[]): AnyTensor {
  const count = elementCount(dims);
  if (type === "float32") return { type, dims, data: new Float32Array(count) };
  if (type === "int8") return { type, dims, data: new Int8Array(count) };
  if (type === "bool") return { type, dims, data: new Uint8Array(count) };
  throw new Problem("internal", `Nothing stands for an input of type ${type} that is not fed.`);
}

const toNative = ({ type, dims, data }: AnyTensor): OrtTensor => new OrtTensor(type, data as never, dims);

function fromNative(name: string, { type, dims, data }: OrtTensor): Tensor {
  if (type !== "float32") throw new Problem("internal", `The network's output "${name}" is ${type}, not float32.`);
  return { type, dims, data: data as Float32Array };
}

async function inRuntime<T>(body: () => Promise<T>): Promise<T> {
  insideRuntime[0] = 1;
  try {
    return await body();
  } finally {
    insideRuntime[0] = 0;
  }
}

/** Reading what is gone from a mapped file kills the process; and whatever goes wrong, or comes out, may be due to a file that changed. */
async function attempt<T>(what: string, body: () => Promise<T>, verify: () => void): Promise<T> {
  const start = performance.now();
  verify();
  try {
    const made = await inRuntime(body);
    verify();
    return made;
  } catch (error) {
    verify();
    const text = error instanceof Error ? error.message : String(error);
    if (/out of memory|bad_alloc|failed to allocate|allocation failed|cannot allocate memory/i.test(text))
      throw new Problem(
        "out-of-memory",
        "The picture does not fit into memory: choose a smaller size or a smaller model, or close other programs.",
        { cause: error },
      );
    throw new Problem("internal", `Cannot ${what}: ${text}`, { cause: error });
  } finally {
    runtimeClock.seconds += (performance.now() - start) / 1000;
  }
}

/** What a transformer takes of the memory, by how many places it reads: in its file's weights, in 8 bits and in 4. */
import type { MemoryRung, MemoryRungs } from "../../shared/memory-rungs.ts";
import { DIALECTS, type Dialect } from "../graph/dialect.ts";
import type { Graph, Quantizer } from "../graph/graph.ts";
import { estimateMemory } from "../graph/memory.ts";
import { type WeightRef, type WeightStore, Weights } from "../graph/weights.ts";
import type { BuildOptions } from "./network.ts";
import { hasCodes, planNarrow } from "./plan-narrow.ts";

/** A network whose graph serves every size. */
export interface SizedNetwork {
  readonly weights: WeightStore;
  build(weights: Weights, options: BuildOptions): Graph;
  /** What the symbols of its graph's dims stand for where so many places are read. */
  symbols(places: number): Readonly<Record<string, number>>;
}

/** Shapes as the weights of a file that is not there would lie in it: of 16 bits, one after the other. */
export function asPublished(shapes: WeightStore): WeightStore {
  const all = new Map<string, WeightRef>();
  let offset = 0;
  for (const key of shapes.keys()) {
    const { dims } = shapes.find(key)!;
    const byteLength = 2 * dims.reduce((product, dim) => product * dim, 1);
    all.set(key, { key, type: "BF16", dims, file: "/published", offset, byteLength });
    offset += byteLength;
  }
  return { origin: "published", find: (key) => all.get(key), keys: () => all.keys() };
}

/** Places between which it is measured: of pictures of 512 × 512 alone, and of 1024 × 1024 with references. */
const FEW = 1024;
const MANY = 16_384;
/** Bytes from which on weights are widened in every run, as where half the memory for open networks is exceeded. */
const HEAVY = 2.5 * 2 ** 30;
const BITS = [undefined, 8, 4] as const;

/** The figures by which pictures are planned (`denoiserRung`), as a line through two of them: attention keeps no matrix of all pairs. */
export function transformerMemory(network: SizedNetwork): MemoryRungs {
  const narrowed = BITS.map((bits) =>
    bits !== undefined || hasCodes(network) ? planNarrow(network, bits, "/planned").quantizer : undefined,
  );
  const rungs = (dialect: Dialect) =>
    BITS.map((bits, i): MemoryRung => ({ ...(bits && { bits }), ...lineOf(network, narrowed[i], dialect) }));
  return { cpu: rungs(DIALECTS.cpu), gpu: rungs(DIALECTS.cuda) };
}

function lineOf(
  network: SizedNetwork,
  quantizer: Quantizer | undefined,
  dialect: Dialect,
): Pick<MemoryRung, "fixed" | "perPlace"> {
  const graph = network.build(new Weights(network.weights), { dialect, ...(quantizer && { quantizer }) });
  const need = (places: number) => {
    const { weights, activations } = estimateMemory(graph, { heavyWeights: HEAVY, symbols: network.symbols(places) });
    return weights + activations;
  };
  const [few, many] = [need(FEW), need(MANY)];
  const perPlace = (many - few) / (MANY - FEW);
  return { fixed: Math.round(few - perPlace * FEW), perPlace };
}

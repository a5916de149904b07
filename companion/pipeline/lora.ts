/** The request's LoRAs beside a network: which inputs its graph needs, and what they are fed. */
import { Problem } from "../../shared/problem.ts";
import type { Change, LowRank } from "../checkpoint/lora/changes.ts";
import type { FittedLora } from "../checkpoint/lora/fit-lora.ts";
import type { Target } from "../checkpoint/lora/keys.ts";
import type { BranchesAt } from "../graph/graph.ts";
import { type LayerSlots, slotBranches, slotNames } from "../networks/lora.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** A LoRA with the strengths of this request. */
export interface ActiveLora {
  readonly fitted: FittedLora;
  readonly weight: number;
  readonly textEncoderWeight: number;
}

/**
 * What several LoRAs make of one network. Two requests with the same `key` can share a session, whatever the weights, the
 * ranks and the number of plain LoRAs: those are fed. Nothing at all is the key "" and no branch.
 */
export interface Adapted {
  readonly key: string;
  readonly branchesAt: BranchesAt;
  /** To be called when the graph is built. Throws Problem "adapter-mismatch" where a layer was changed that does not run. */
  refuseUnused(): void;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

interface WeightedChange {
  readonly change: Change;
  readonly weight: number;
}

/** LoRAs of weight 0 are left out: the result is exactly that without them. */
export function adapt(loras: readonly ActiveLora[], target: Target): Adapted {
  const layers = new Map<string, WeightedChange[]>();
  for (const { fitted, weight, textEncoderWeight } of loras) {
    const strength = target === "unet" ? weight : textEncoderWeight;
    if (strength === 0) continue;
    for (const [path, change] of fitted.get(target) ?? [])
      layers.set(path, [...(layers.get(path) ?? []), { change, weight: strength }]);
  }
  const slots = new Map([...layers].map(([path, changes]) => [path, slotsOf(changes)]));
  const feeds = Object.fromEntries([...layers].flatMap(([path, changes]) => feedsOf(path, changes)));
  const waiting = new Set(slots.keys());
  return {
    key: [...slots]
      .map(([path, { lowRank, full, bias }]) => `${path}:${+lowRank}${full}${+bias}`)
      .sort()
      .join(),
    refuseUnused: () => {
      const [first] = waiting;
      if (first === undefined) return;
      throw new Problem(
        "adapter-mismatch",
        `A LoRA changes "${first}", which does not take part in making a picture with this model: choose another LoRA.`,
      );
    },
    branchesAt: (path) => {
      waiting.delete(path);
      const layer = slots.get(path);
      return layer ? slotBranches(path, layer) : [];
    },
    feeds,
  };
}

const slotsOf = (changes: readonly WeightedChange[]): LayerSlots => ({
  lowRank: changes.some(({ change }) => change.lowRank),
  full: changes.filter(({ change }) => change.full).length,
  bias: changes.some(({ change }) => change.bias),
});

function feedsOf(path: string, changes: readonly WeightedChange[]): [string, Tensor][] {
  const feeds: [string, Tensor][] = [];
  const parts = changes.flatMap(({ change: { lowRank }, weight }) => (lowRank ? [{ lowRank, weight }] : []));
  if (parts.length > 0) {
    const { down, up } = stacked(parts.map(({ lowRank }) => lowRank));
    const gates = parts.flatMap(({ lowRank, weight }) =>
      Array<number>(lowRank.up.dims[0]!).fill(lowRank.scale * weight),
    );
    feeds.push([slotNames.down(path), down], [slotNames.up(path), up]);
    feeds.push([slotNames.gates(path), tensor(Float32Array.from(gates), [gates.length, 1])]);
  }
  const fulls = changes.flatMap(({ change: { full }, weight }) => (full ? [full.at(weight)] : []));
  fulls.forEach(({ delta, gate }, i) => {
    feeds.push([slotNames.delta(path, i), tensor(delta.data, delta.dims)]);
    feeds.push([slotNames.gate(path, i), tensor(Float32Array.of(gate), [1])]);
  });
  const biases = changes.flatMap(({ change: { bias }, weight }) => (bias ? [{ data: bias.data, weight }] : []));
  if (biases.length > 0) {
    const sum = biases[0]!.data.map((_, i) => biases.reduce((total, { data, weight }) => total + data[i]! * weight, 0));
    feeds.push([slotNames.bias(path), tensor(sum, [sum.length])]);
  }
  return feeds;
}

interface Stack {
  readonly of: readonly LowRank[];
  readonly down: Tensor;
  readonly up: Tensor;
}

/** The last stack that begins with a layer's change: another weight is only another gate. */
const STACKS = new WeakMap<LowRank, Stack>();

function stacked(parts: readonly LowRank[]): Stack {
  const [first] = parts as [LowRank, ...LowRank[]];
  const known = STACKS.get(first);
  if (known && known.of.length === parts.length && known.of.every((part, i) => part === parts[i])) return known;
  const made = {
    of: parts,
    down: stackRows(parts.map(({ down }) => tensor(down.data, down.dims))),
    up: stackRows(parts.map(({ up }) => tensor(up.data, up.dims))),
  };
  STACKS.set(first, made);
  return made;
}

/** Matrices of one width, one below the other. */
function stackRows(matrices: readonly Tensor[]): Tensor {
  const [first] = matrices;
  if (matrices.length === 1) return first!;
  const rows = matrices.reduce((sum, { dims }) => sum + dims[0]!, 0);
  const data = new Float32Array(rows * first!.dims[1]!);
  let at = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, at);
    at += matrix.data.length;
  }
  return tensor(data, [rows, first!.dims[1]!]);
}

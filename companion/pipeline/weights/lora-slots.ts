/** The request's LoRAs beside a network: where they join its graph, and what it is fed for them. */
import { Problem } from "../../../shared/problem.ts";
import type { Numbers } from "../../checkpoint/files/tensor-data.ts";
import { kronecker, sideBySide, stacked, sum } from "../../checkpoint/lora/arithmetic.ts";
import type { Addition } from "../../checkpoint/lora/change.ts";
import type { Target } from "../../checkpoint/lora/keys.ts";
import type { LoraPlan } from "../../checkpoint/lora/plan-lora.ts";
import { codedOf } from "../../graph/coded.ts";
import type { Dialect } from "../../graph/dialect.ts";
import type { BranchAt } from "../../graph/graph.ts";
import { LIGHT_WEIGHTS } from "../../graph/memory.ts";
import { type ChannelNumbers, quantizeChannels } from "../../graph/quantize-channels.ts";
import type { WeightStore } from "../../graph/weights.ts";
import { CHANGES, type ChangeKind, NORM_CHANGES, type SlotInput, slot, slotInput } from "../../networks/lora.ts";
import { type AnyTensor, elementCount, type Tensor, tensor } from "../../tensor.ts";

/** A LoRA with the strengths of this request. */
export interface ActiveLora {
  readonly plan: LoraPlan;
  readonly weight: number;
  readonly textEncoderWeight: number;
}

/** What several LoRAs make of one network. Two requests with the same `key` can share a session. */
export interface Adapted {
  readonly key: string;
  readonly branchAt: BranchAt;
  /** For a session with these inputs. Throws Problem "adapter-mismatch" where a layer was changed that does not run. */
  feedsFor(inputs: Inputs): Readonly<Record<string, AnyTensor>>;
}

type Inputs = Pick<ReadonlySet<string>, "has">;

interface Joined {
  readonly of: readonly Numbers[];
  readonly tensor: Tensor;
}

/** What is kept between pictures, for as long as the weights and the LoRAs are. */
export interface LoraMemory {
  readonly traits: WeakMap<WeightStore, Traits>;
  /** What was last joined to a matrix: another weight is only another gate. */
  readonly joined: WeakMap<Numbers, Joined>;
  /** The same as whole numbers, by what was joined. */
  readonly rounded: WeakMap<Tensor, ChannelNumbers>;
}

/** What of a network's weights decides where adapters can join it. */
interface Traits {
  /** So small that the runtime rearranges them. */
  readonly light: boolean;
  /** So many lie in the file in another type than they are computed in that opening the network once more would copy much. */
  readonly widened: boolean;
}

export const createLoraMemory = (): LoraMemory => ({
  traits: new WeakMap(),
  joined: new WeakMap(),
  rounded: new WeakMap(),
});

interface Network {
  readonly weights: WeightStore;
  readonly dialect: Pick<Dialect, "slots">;
  readonly memory: LoraMemory;
}

/**
 * LoRAs of weight 0 are left out: the result is exactly that without them. A network is opened with places where its LoRAs change it, and
 * with none where there are none: at another weight, or with others that change the same layers, it stays open. Where opening once more
 * would copy the weights, there is one network with places everywhere, each a condition with two bodies, which takes any.
 */
export function adapt(loras: readonly ActiveLora[], target: Target, { weights, dialect, memory }: Network): Adapted {
  const layers = new Map<string, Addition[]>();
  for (const { plan, weight, textEncoderWeight } of loras) {
    const strength = target === "unet" ? weight : textEncoderWeight;
    if (strength === 0) continue;
    for (const [path, change] of plan.changes.get(target) ?? [])
      layers.set(path, [...(layers.get(path) ?? []), change.at(strength)]);
  }
  const { light, widened } = traitsOf(weights, memory);
  const everywhere = dialect.slots === "everywhere" && (light || widened);
  // Convolutions of small networks are rearranged together, which a slot would part: they open anew, in no time.
  const takesAny = (path: string) =>
    everywhere && !isNorm(weights, path) && !(light && matrixOf(weights, path)?.dims.length === 4);
  const kindsAt = (path: string): readonly ChangeKind[] => {
    const additions = layers.get(path) ?? [];
    const matrix = matrixOf(weights, path);
    if (matrix && codedOf(matrix)) {
      if (additions.some(({ stretch }) => stretch)) throw needsOwnNumbers(path);
      return everywhere
        ? CHANGES.filter((kind) => kind !== "stretch")
        : CHANGES.filter((kind) => given(kind, additions));
    }
    if (takesAny(path)) return matrixOf(weights, path) ? CHANGES : [];
    if (isNorm(weights, path)) return NORM_CHANGES.filter((kind) => given(kind, additions));
    return everywhere && additions.length > 0 ? CHANGES : CHANGES.filter((kind) => given(kind, additions));
  };
  // A session asks for each step.
  const feeds = new WeakMap<Inputs, Readonly<Record<string, AnyTensor>>>();
  const fedTo = (inputs: Inputs) => {
    const all: Record<string, AnyTensor> = {};
    for (const [path, additions] of layers) {
      const isConditional = everywhere && !isNorm(weights, path);
      const isWhole = inputs.has(slotInput(path, "downValues"));
      const taps = isWhole ? elementCount(matrixOf(weights, path)!.dims.slice(2)) : undefined;
      for (const [input, fed] of feedsOf(additions, memory, taps)) {
        if (!isConditional && (input === "used" || input === "reweighed")) continue;
        if (!inputs.has(slotInput(path, input))) throw doesNotRun(path);
        all[slotInput(path, input)] = fed;
      }
    }
    return all;
  };
  return {
    key: [
      ...(everywhere ? ["any"] : []),
      ...[...layers.keys()]
        .filter((path) => !takesAny(path))
        .map((path) => `${path}:${kindsAt(path)}`)
        .sort(),
    ].join(),
    branchAt: (path) => {
      const kinds = kindsAt(path);
      return kinds.length > 0 ? slot(path, kinds, everywhere ? "conditional" : "always") : undefined;
    },
    feedsFor: (inputs) => {
      const known = feeds.get(inputs) ?? fedTo(inputs);
      feeds.set(inputs, known);
      return known;
    },
  };
}

const matrixOf = (weights: WeightStore, path: string) =>
  weights.find(`${path}.weight`) ?? weights.find(`${path}.weight.T`);

const isNorm = (weights: WeightStore, path: string): boolean => matrixOf(weights, path)?.dims.length === 1;

function traitsOf(weights: WeightStore, memory: LoraMemory): Traits {
  const known = memory.traits.get(weights);
  if (known) return known;
  let [count, other] = [0, 0];
  for (const key of weights.keys()) {
    const ref = weights.find(key)!;
    count += elementCount(ref.dims);
    if (ref.type !== "F32" && !codedOf(ref)) other += elementCount(ref.dims);
  }
  const traits = { light: 4 * count < LIGHT_WEIGHTS, widened: 4 * other >= LIGHT_WEIGHTS };
  memory.traits.set(weights, traits);
  return traits;
}

const doesNotRun = (path: string) =>
  new Problem(
    "adapter-mismatch",
    `A LoRA changes "${path}", which does not take part in making a picture with this model: choose another LoRA.`,
  );

const given = (kind: ChangeKind, additions: readonly Addition[]) => additions.some((one) => one[kind]);

const needsOwnNumbers = (path: string) =>
  new Problem(
    "adapter-mismatch",
    `A DoRA changes "${path}" by its own numbers, which this file keeps in few bits: choose a plain LoRA, or another version of the model.`,
  );

const HOLDS: AnyTensor = { type: "bool", dims: [1], data: Uint8Array.of(1) };

/** One layer's; `taps`: of its kernels, where it multiplies rows as whole numbers. */
function feedsOf(additions: readonly Addition[], memory: LoraMemory, taps?: number): [SlotInput, AnyTensor][] {
  const feeds: [SlotInput, AnyTensor][] = [["used", HOLDS]];
  const lowRanks = additions.flatMap(({ lowRank }) => lowRank ?? []);
  if (lowRanks.length > 0) {
    const of = (half: "down" | "up") => lowRanks.map((one) => one[half]);
    const down = together(stacked, of("down"), memory);
    const gates = lowRanks.flatMap(({ up, strength }) => Array<number>(up.dims[1]!).fill(strength));
    feeds.push(
      ["up", together(sideBySide, of("up"), memory)],
      ...(taps === undefined ? floating(down, gates) : gatedWhole(down, gates, taps, memory)),
    );
  }
  const products = additions.flatMap(({ product }) => product ?? []);
  if (products.length > 0) {
    const { first, second, strength } = products.length === 1 ? products[0]! : ofAll(products);
    const [[m, n], [p, q]] = [first.dims, second.dims] as [number[], number[]];
    feeds.push(
      [
        "first",
        tensor(
          first.data.map((value) => value * strength),
          [m!, 1, n!, 1],
        ),
      ],
      ["second", tensor(second.data, [1, p!, 1, q!])],
    );
  }
  const stretches = additions.flatMap(({ stretch }) => stretch ?? []);
  if (stretches.length > 0) feeds.push(["stretch", asTensor(sum(stretches))]);
  if (products.length + stretches.length > 0) feeds.push(["reweighed", HOLDS]);
  const scales = additions.flatMap(({ scale }) => scale ?? []);
  if (scales.length > 0) feeds.push(["scale", asTensor(sum(scales))]);
  const biases = additions.flatMap(({ bias }) => bias ?? []);
  if (biases.length > 0) feeds.push(["bias", asTensor(sum(biases))]);
  return feeds;
}

const floating = (down: Tensor, gates: readonly number[]): [SlotInput, AnyTensor][] => [
  ["down", down],
  ["gates", tensor(Float32Array.from(gates), [1, gates.length])],
];

function gatedWhole(
  down: Tensor,
  gates: readonly number[],
  taps: number,
  { rounded }: LoraMemory,
): [SlotInput, AnyTensor][] {
  const [rank, inner] = [down.dims[0]!, elementCount(down.dims.slice(1))];
  const { values, scales } = rounded.get(down) ?? quantizeChannels(down.data, [rank, inner / taps, taps]);
  rounded.set(down, { values, scales });
  const gated = scales.map((scale, i) => scale * gates[i]!);
  return [
    ["downValues", { type: "int8", dims: [inner, rank], data: values }],
    ["downScales", tensor(gated, [rank])],
  ];
}

const asTensor = ({ data, dims }: Numbers): Tensor => tensor(data, dims);

type Product = NonNullable<Addition["product"]>;

/** Several products as one: a single number ⊗ their sum. */
const ofAll = (products: readonly Product[]): Product => ({
  first: { dims: [1, 1], data: Float32Array.of(1) },
  second: sum(
    products.map(({ first, second, strength }) =>
      kronecker({ ...first, data: first.data.map((v) => v * strength) }, second),
    ),
  ),
  strength: 1,
});

function together(
  join: (matrices: readonly Numbers[]) => Numbers,
  matrices: readonly Numbers[],
  { joined }: LoraMemory,
): Tensor {
  const [first] = matrices as [Numbers, ...Numbers[]];
  const known = joined.get(first);
  if (known && known.of.length === matrices.length && known.of.every((one, i) => one === matrices[i]))
    return known.tensor;
  const made = { of: matrices, tensor: asTensor(matrices.length === 1 ? first : join(matrices)) };
  joined.set(first, made);
  return made.tensor;
}

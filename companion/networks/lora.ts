/**
 * LoRA and its kin beside the layers of a network. Their numbers are inputs, not part of the graph: an open network takes any
 * adapters at any weight, and its own weights stay where they are.
 *
 * What a layer's weight can gain: up · down (Hu et al. 2021, equation 3; several adapters are one, their ranks side by side);
 * first ⊗ second (LyCORIS' LoKr; with a single number for `first` any matrix at all); its own numbers ∘ stretch (DoRA, Liu et
 * al. 2024). Its bias can gain numbers too, and so can a norm's weight and bias.
 */
import { type Dim, dimAt, fixedDims, isFixed } from "../graph/dim.ts";
import type {
  Branch,
  BranchedMatrix,
  BranchedNorm,
  BranchedPicture,
  BranchedRows,
  Graph,
  Value,
  WholeRowsBy,
} from "../graph/graph.ts";
import { plusProduct } from "../graph/lowerings.ts";
import { add, cast, conv, floats, gemm, mul, reshapeFree, scalar, unsqueezed } from "../graph/ops.ts";
import { elementCount } from "../tensor.ts";

/** What the slot of a layer with a matrix can take. */
export const CHANGES = ["lowRank", "product", "stretch", "bias"] as const;
/** What a norm's slot takes. */
export const NORM_CHANGES = ["scale", "bias"] as const;
export type ChangeKind = (typeof CHANGES)[number] | (typeof NORM_CHANGES)[number];

/**
 * What a slot is fed. float32: down [rank, in · kernel], up [out, rank], gates [1, rank] (how much of each); where the layer's rows are
 * whole numbers, down as such instead, times its gates: int8 downValues [kernel · in, rank], downScales [rank]; first [m, 1, n, 1]
 * and second [1, p, 1, q] with m · p = out and n · q = in · kernel, stretch [out or 1, in or 1], bias [out], a
 * norm's scale and bias [channels]. Of a conditional slot, bool [1]: whether it is used at all, and whether first, second and
 * stretch are. What is not fed is nothing.
 */
export type SlotInput =
  | "down"
  | "up"
  | "gates"
  | "downValues"
  | "downScales"
  | "first"
  | "second"
  | "stretch"
  | "bias"
  | "scale"
  | "used"
  | "reweighed";

/** Its name. */
export const slotInput = (path: string, input: SlotInput): string => `lora/${path}/${input}`;

type Feed = (input: SlotInput, ...least: number[]) => Value;
type Once = (what: string, make: () => Value) => Value;
type When = (input: SlotInput, met: () => Value, otherwise: () => Value, dims?: "free") => Value;

/** The slot of the layer at `path`, for these kinds of change. "conditional": it may be fed nothing, and costs nothing then. */
export const slot =
  (path: string, kinds: readonly ChangeKind[], use: "conditional" | "always"): Branch =>
  (op, layer) => {
    const fed: Feed = (input, ...dims) =>
      input === "downValues"
        ? op.freeInput(slotInput(path, input), { type: "int8", dims })
        : cast(op, op.freeInput(slotInput(path, input), { type: "float32", dims }), op.float);
    const when: When = (input, met, otherwise, dims) =>
      use === "conditional"
        ? op.either(op.freeInput(slotInput(path, input), { type: "bool", dims: [1] }), { met, otherwise, dims })
        : met();
    if (layer.kind === "norm") return normSlot(op, layer, kinds, fed);
    const own = () => (layer.kind === "linear" ? layer.result(layer.bias) : layer.result());
    // A layer may read its rows in parts, which all are multiplied by the same.
    const once: Once = (what, make) => op.once(`${path}: ${what}`, make);
    const parts = { kinds, fed, when, once };
    const changed = () => {
      if (layer.kind === "conv2d") return withPictureAdditions(op, layer, parts);
      const { resultOf } = layer;
      return resultOf && hasManyRows(op, layer)
        ? withChangedWeight(op, { ...layer, resultOf }, parts)
        : withAdditions(op, layer, parts);
    };
    return when("used", () => op.fixedWhateverIsFree(changed()), own);
  };

/** Multiplications of a layer from which on it matters what its slot costs. Below, a weight is not touched. */
const LARGE = 2 ** 28;
/** How many times as long an element of a weight takes that is read, changed and written as one that is added to a result. Measured. */
const CHANGE = 2;

/**
 * Whether a layer's weight is changed before it multiplies, rather than that something joins its result: where there are so
 * many rows that this takes less. In float32 alone: float16 would round what little an adapter adds to a weight.
 */
function hasManyRows(op: Graph, { x, out }: BranchedMatrix): boolean {
  const [rows, inner] = x.dims as readonly [Dim, Dim];
  if (op.float !== "float32" || !isFixed(rows) || !isFixed(inner)) return false;
  return rows * inner * out >= LARGE && rows * (inner + out) >= CHANGE * inner * out;
}

/** The result with a weight that gained all that joins it, anew in each run: strengths may change between two. */
function withChangedWeight(
  op: Graph,
  layer: BranchedRows & Required<Pick<BranchedRows, "resultOf">>,
  { kinds, fed, when, once }: Slot,
): Value {
  const { bias, out, resultOf } = layer;
  const inner = dimAt(layer.x, 1);
  const gained = kinds.includes("bias") ? fed("bias", 1) : undefined;
  const sum = bias && gained ? add(op, bias, gained) : (bias ?? gained);
  const withLowRank = (weight: Value) =>
    op.fixedWhateverIsFree(gemm(op, scaledUp(op, out, { fed, once }), fed("down", 1, inner), weight, "in-out"));
  const times = (weight: () => Value) =>
    resultOf(
      once("weight", () => (kinds.includes("lowRank") ? withLowRank(weight()) : weight())),
      sum,
    );
  const changes = weightChanges(op, layer, { kinds, fed }, [inner]);
  if (changes.length === 0) return times(layer.weight);
  return when(
    "reweighed",
    () =>
      times(() => changes.reduce((weight, make) => op.fixedWhateverIsFree(add(op, weight, make())), layer.weight())),
    () => times(layer.weight),
  );
}

const scaledUp = (op: Graph, out: number, { fed, once }: Pick<Slot, "fed" | "once">): Value =>
  once("up", () => mul(op, fed("up", out, 1), fed("gates", 1, 1)));

/** What a weight [out, ...window] gains beside a low rank, of the same dims. */
function weightChanges(
  op: Graph,
  layer: BranchedMatrix,
  { kinds, fed }: Pick<Slot, "kinds" | "fed">,
  window: readonly number[],
): (() => Value)[] {
  return [
    ...(kinds.includes("stretch") ? [() => stretched(op, layer.weight(), fed("stretch", 1, 1))] : []),
    ...(kinds.includes("product")
      ? [
          () =>
            reshapeFree(op, mul(op, fed("first", 1, 1, 1, 1), fed("second", 1, 1, 1, elementCount(window))), [
              -1,
              ...window,
            ]),
        ]
      : []),
  ];
}

/** A norm of other numbers: few, so that they are fed at all weights. */
function normSlot(op: Graph, { weight, bias, result }: BranchedNorm, kinds: readonly ChangeKind[], fed: Feed): Value {
  const gains = (own: Value, input: "scale" | "bias") =>
    kinds.includes(input) ? add(op, own, fed(input, ...fixedDims(own.dims))) : own;
  return result(gains(weight, "scale"), gains(bias, "bias"));
}

interface Slot {
  readonly kinds: readonly ChangeKind[];
  readonly fed: Feed;
  readonly when: When;
  readonly once: Once;
}

/** A convolution's result with all that joins it. The low rank joins rows of whole numbers as rows. */
function withPictureAdditions(op: Graph, layer: BranchedPicture, slot: Slot): Value {
  const { joinedRows, x, kernel } = layer;
  if (!joinedRows || !slot.kinds.includes("lowRank")) return layer.result(additions(op, layer, slot));
  const window = [dimAt(x, 1), kernel, kernel];
  const sum = withoutLowRank(op, layer, slot, window);
  const whole = joinedRows((rows, windowsBy) =>
    plusProduct(op, rows, ...wholeLowRank(layer, slot, windowsBy, elementCount(window))),
  );
  return sum ? add(op, whole, sum) : whole;
}

/** All that joins a convolution's result. */
function additions(op: Graph, layer: BranchedPicture, slot: Slot): Value {
  const { x, out, kernel } = layer;
  const window = [dimAt(x, 1), kernel, kernel];
  const sum = withoutLowRank(op, layer, slot, window);
  if (!slot.kinds.includes("lowRank")) return sum!;
  const { down, up } = lowRankOf(op, layer, slot, window);
  const none = zeros(op, () => mul(op, reshapeFree(op, slot.fed("gates", 1, 1), [-1]), scalar(op, 0)));
  const inner = conv(op, x, reshapeFree(op, down, [-1, ...window]), none, layer);
  return plus(op, sum, conv(op, inner, reshapeFree(op, up, [out, -1, 1, 1]), undefined));
}

/** The bias of a convolution that always has one. As many kernels as it has are fed: what it is of is told here. */
const zeros = (op: Graph, make: () => Value): Value | undefined =>
  op.dialect.biases === "always" ? make() : undefined;

/** Rows' result with all that joins it. A product of floats begins with what joins it; the low rank's last product joins any other. */
function withAdditions(op: Graph, layer: BranchedRows, slot: Slot): Value {
  if (layer.resultOf || !slot.kinds.includes("lowRank")) return layer.result(joined(op, layer, slot));
  const [inner, up] = lowRankRows(op, layer, slot);
  return plusProduct(op, layer.result(withoutLowRank(op, layer, slot, windowOf(layer))), inner, up);
}

/** What a low rank makes of rows that are multiplied in a narrow form: its first product [M, rank], and up [out, rank], to multiply it by. */
function lowRankRows(op: Graph, layer: BranchedRows, slot: Slot): readonly [inner: Value, up: Value] {
  const { wholeRowsBy, x } = layer;
  if (wholeRowsBy) return wholeLowRank(layer, slot, wholeRowsBy, dimAt(x, 1));
  const { down, up } = lowRankOf(op, layer, slot, windowOf(layer));
  return [gemm(op, x, down), up];
}

/** The same of rows [M, width] that are whole numbers. */
const wholeLowRank = ({ out }: BranchedMatrix, { fed }: Slot, rowsBy: WholeRowsBy, width: number) =>
  [rowsBy(fed("downValues", width, 1), fed("downScales", 1)), fed("up", out, 1)] as const;

/** All that joins rows' result; undefined: nothing. */
function joined(op: Graph, layer: BranchedRows, slot: Slot): Value | undefined {
  const sum = withoutLowRank(op, layer, slot, windowOf(layer));
  if (!slot.kinds.includes("lowRank")) return sum;
  const { down, up } = lowRankOf(op, layer, slot, windowOf(layer));
  return gemm(op, gemm(op, layer.x, down), up, sum);
}

const windowOf = ({ x }: BranchedRows): readonly number[] => [dimAt(x, 1)];

/** down [rank, window] and up [out, rank], times the gates. */
const lowRankOf = (op: Graph, { out }: BranchedMatrix, slot: Slot, window: readonly number[]) => ({
  down: slot.fed("down", 1, elementCount(window)),
  up: scaledUp(op, out, slot),
});

const plus = (op: Graph, a: Value | undefined, b: Value): Value => (a ? add(op, a, b) : b);

/** What joins a layer's result beside a low rank, with a linear layer's own bias; undefined: nothing. */
function withoutLowRank(op: Graph, layer: BranchedMatrix, slot: Slot, window: readonly number[]): Value | undefined {
  const { kinds, fed, when } = slot;
  const { x } = layer;
  const picture = layer.kind === "conv2d";
  const changes = weightChanges(op, layer, slot, window);
  const reweighed = (sum: Value | undefined) => {
    const change = changes.map((make) => make()).reduce((a, b) => add(op, a, b));
    return picture
      ? plus(
          op,
          sum,
          conv(
            op,
            x,
            change,
            zeros(op, () => floats(op, new Float32Array(layer.out), [layer.out])),
            layer,
          ),
        )
      : gemm(op, x, change, sum);
  };
  const own = picture ? undefined : layer.bias;
  const bias = () => (picture ? reshapeFree(op, fed("bias", 1), [-1, 1, 1]) : fed("bias", 1));
  const before = kinds.includes("bias") ? plus(op, own, bias()) : own;
  if (changes.length === 0) return before;
  return when(
    "reweighed",
    () => reweighed(before),
    () => before!,
    "free",
  );
}

/** weight [out, in, …] ∘ stretch, which broadcasts to its first two dims. */
function stretched(op: Graph, weight: Value, stretch: Value): Value {
  const rest = weight.dims.slice(2).map(() => 1);
  return mul(op, cast(op, weight, op.float), unsqueezed(op, stretch, rest.length));
}

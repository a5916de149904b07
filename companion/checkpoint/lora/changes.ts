/** What the tensors of one layer mean. */
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { type Numbers, readNumbers } from "../files/tensor-data.ts";
import {
  columnProducts,
  contractSecond,
  hadamard,
  multiply,
  rowLength,
  rowProducts,
  transposed,
} from "./arithmetic.ts";
import type { Part } from "./keys.ts";
import type { LayerParts } from "./lora-file.ts";

/** What a layer gains at some weight of the add-on. */
export interface Addition {
  /** Its weight gains strength · up [out, rank] · down [rank, in · kernel]. */
  readonly lowRank?: { readonly down: Numbers; readonly up: Numbers; readonly strength: number };
  /** Its weight gains strength · first [m, n] ⊗ second [p, q], where m · p = out and n · q = in · kernel. */
  readonly product?: { readonly first: Numbers; readonly second: Numbers; readonly strength: number };
  /** Its weight gains its own numbers times these, [out, 1] or [1, in]. */
  readonly stretch?: Numbers;
  /** Its bias gains these, [out]. */
  readonly bias?: Numbers;
}

/** What an add-on makes of one layer. Cheap, whatever the weight. */
export interface Change {
  at(weight: number): Addition;
}

export interface ChangeOptions {
  /** Of the layer that is changed: [out, in] or [out, in, k, k]. */
  readonly base: { readonly dims: readonly number[]; read(): Numbers };
  /** What the header says of its strength at a rank. */
  readonly scaleOf: (rank: number) => number | undefined;
  /** The file's name. */
  readonly origin: string;
}

/**
 * Reads a layer's tensors. Formulas: LoRA (Hu et al. 2021), LoCon with a core between (CP), LoHa and LoKr as LyCORIS
 * (KohakuBlueleaf/LyCORIS, lycoris/functional/{loha,lokr}.py), DoRA (Liu et al. 2024; peft, tuners/lora/dora.py), whole
 * differences. Throws Problem "adapter-mismatch" where a shape does not fit, "weights-leftover", "weights-missing".
 */
export function readChange(parts: LayerParts, options: ChangeOptions): Change {
  const layer = new LayerReader(parts, options);
  try {
    const change = changeOf(layer, options);
    const bias = layer.has("diff_b") ? layer.fit(layer.get("diff_b"), [options.base.dims[0]!, 1]).data : undefined;
    layer.finish();
    if (!bias) return change;
    return {
      at: (weight) => ({
        ...change.at(weight),
        bias: { dims: [bias.length], data: bias.map((value) => weight * value) },
      }),
    };
  } catch (error) {
    if (error instanceof RangeError) throw layer.misfit(error.message);
    throw error;
  }
}

function changeOf(layer: LayerReader, { base }: ChangeOptions): Change {
  if (layer.has("down") || layer.has("up")) {
    const up = layer.flat("up", base.dims[0]!);
    const rank = up.dims[1]!;
    const core = layer.optional("mid");
    const down = core ? contractSecond(core, layer.flat("down", rank)) : layer.get("down");
    const plain = { down: layer.fit(down, [rank, rowLength(base)]), up, scale: layer.scale(rank) };
    const weighs = layer.has("magnitude") ? "step" : "change";
    const lengths = layer.optional("magnitude") ?? layer.optional("dora_scale");
    if (!lengths) return lowRank(plain);
    const along = weighs === "step" ? "rows" : alongOf(lengths);
    return dora(plain, { lengths: lengths.data, along, weighs }, base);
  }
  if (layer.has("hada_w1_a")) return loha(layer, base.dims);
  if (layer.has("lokr_w1") || layer.has("lokr_w1_a")) return lokr(layer, base.dims);
  const diff = layer.optional("diff");
  return diff ? whole(layer.fit(diff, [base.dims[0]!, rowLength(base)]), 1) : { at: () => ({}) };
}

interface LowRank {
  readonly down: Numbers;
  readonly up: Numbers;
  /** Of weight 1. */
  readonly scale: number;
}

const lowRank = ({ scale, ...matrices }: LowRank): Change => ({
  at: (weight) => ({ lowRank: { ...matrices, strength: scale * weight } }),
});

const product = (first: Numbers, second: Numbers, scale: number): Change => ({
  at: (weight) => ({ product: { first, second, strength: scale * weight } }),
});

/** Any difference [out, in · kernel]. */
const whole = (delta: Numbers, scale: number): Change =>
  product({ dims: [1, 1], data: Float32Array.of(1) }, delta, scale);

/**
 * (a₁b₁) ∘ (a₂b₂): every pair of columns and rows is one of rank 1, so that it is a plain LoRA of rank r² (Hyeon-Woo et
 * al. 2021, proposition 1). Where that is no saving, and where there are cores, the product itself.
 */
function loha(layer: LayerReader, dims: readonly number[]): Change {
  const [out, width] = [dims[0]!, rowLength({ dims })];
  const rank = layer.get("hada_w1_b").dims[0]!;
  const scale = layer.scale(rank);
  const half = (n: 1 | 2): Numbers => {
    const [a, b] = [layer.get(`hada_w${n}_a`), layer.get(`hada_w${n}_b`)];
    return multiply(transposed(a), contractSecond(layer.get(`hada_t${n}`), b));
  };
  if (layer.has("hada_t1")) return whole(layer.fit(hadamard(half(1), half(2)), [out, width]), scale);
  const [a1, b1, a2, b2] = [
    layer.fit(layer.get("hada_w1_a"), [out, rank]),
    layer.fit(layer.get("hada_w1_b"), [rank, width]),
    layer.fit(layer.get("hada_w2_a"), [out, rank]),
    layer.fit(layer.get("hada_w2_b"), [rank, width]),
  ] as const;
  if (2 * rank ** 2 > Math.min(out, width)) return whole(hadamard(multiply(a1, b1), multiply(a2, b2)), scale);
  return lowRank({ down: rowProducts(b1, b2), up: columnProducts(a1, a2), scale });
}

function lokr(layer: LayerReader, dims: readonly number[]): Change {
  const rank = (layer.optional("lokr_w1_b") ?? layer.optional("lokr_w2_b"))?.dims[0];
  const scale = rank === undefined ? 1 : layer.scale(rank);
  layer.optional("alpha");
  const first = layer.optional("lokr_w1") ?? multiply(layer.get("lokr_w1_a"), layer.get("lokr_w1_b"));
  const second = layer.optional("lokr_w2") ?? secondOf(layer);
  const [[m, n], [p, q]] = [first.dims, [second.dims[0]!, rowLength(second)]] as const;
  if (first.dims.length !== 2 || m! * p !== dims[0] || n! * q !== rowLength({ dims }))
    throw layer.misfit(`[${first.dims}] ⊗ [${second.dims}] where this model has [${dims}]`);
  return product(first, { dims: [p, q], data: second.data }, scale);
}

function secondOf(layer: LayerReader): Numbers {
  const [a, b] = [layer.get("lokr_w2_a"), layer.get("lokr_w2_b")];
  const core = layer.optional("lokr_t2");
  return core ? multiply(transposed(a), contractSecond(core, b)) : multiply(a, b);
}

interface Lengths {
  readonly lengths: Float32Array;
  /** One for each output, or for each input. */
  readonly along: "rows" | "columns";
  /** What the adapter's weight is a factor of: the step that gives the new direction, or the finished change. */
  readonly weighs: "step" | "change";
}

/** LyCORIS writes one length for each input as [1, in]. */
const alongOf = ({ dims }: Numbers): Lengths["along"] => (dims.length > 1 && dims[0] === 1 ? "columns" : "rows");

/**
 * The changed weight V = W + g·BA keeps its direction and takes the given lengths m: each row (or column) times s = m / ‖v‖
 * gains (s - 1)·w + s·g·(BA). ‖v‖² = ‖w‖² + 2g·⟨w, BA⟩ + g²·‖BA‖², so that another weight is only other factors. The add-on's
 * weight is in g with peft's lengths; with LyCORIS' `dora_scale` it weighs the whole change, as in A1111
 * (extensions-builtin/Lora/network.py, `finalize_updown`) and ComfyUI.
 */
function dora({ down, up, scale }: LowRank, { lengths, along, weighs }: Lengths, base: ChangeOptions["base"]): Change {
  const [out, inputs] = base.dims as [number, number];
  const count = along === "rows" ? out : inputs;
  if (lengths.length !== count) throw new RangeError(`${lengths.length} lengths where there are ${count}`);
  const width = rowLength(down);
  const inputOf = Int32Array.from({ length: width }, (_, column) => Math.floor((column * inputs) / width));
  let known: Squares | undefined;
  let last: { readonly weight: number; readonly addition: Addition } | undefined;
  const at = (weight: number): Addition => {
    const [strength, share] = weighs === "step" ? [scale * weight, 1] : [scale, weight];
    known ??= squaresOf(base.read().data, multiply(up, down).data, along === "rows" ? { out } : { out, inputOf });
    const { own, mixed, added } = known;
    const factors = lengths.map(
      (m, i) => m / Math.sqrt(own[i]! + 2 * strength * mixed[i]! + strength ** 2 * added[i]!),
    );
    const matrices =
      along === "rows"
        ? { down, up: times(up, (row) => factors[row]!) }
        : { down: times(down, (_, column) => factors[inputOf[column]!]!), up };
    const stretch = {
      dims: along === "rows" ? [count, 1] : [1, count],
      data: factors.map((factor) => share * (factor - 1)),
    };
    return { lowRank: { ...matrices, strength: strength * share }, stretch };
  };
  return {
    at: (weight) => {
      if (last?.weight !== weight) last = { weight, addition: at(weight) };
      return last.addition;
    },
  };
}

interface Squares {
  /** ‖w‖², ⟨w, BA⟩ and ‖BA‖² of each row, or column. */
  readonly own: Float64Array;
  readonly mixed: Float64Array;
  readonly added: Float64Array;
}

/** Of the rows of w and change [out, in · kernel], or where `inputOf` gives each column's input, of those. */
function squaresOf(
  w: Float32Array,
  change: Float32Array,
  { out, inputOf }: { readonly out: number; readonly inputOf?: Int32Array },
): Squares {
  const count = inputOf ? inputOf.at(-1)! + 1 : out;
  const [own, mixed, added] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const width = w.length / out;
  for (let i = 0, at = 0; i < out; i++)
    for (let j = 0; j < width; j++, at++) {
      const k = inputOf ? inputOf[j]! : i;
      const a = w[at]!;
      const b = change[at]!;
      own[k]! += a * a;
      mixed[k]! += a * b;
      added[k]! += b * b;
    }
  return { own, mixed, added };
}

/** Every number of a matrix times a factor. */
function times({ dims, data }: Numbers, factor: (row: number, column: number) => number): Numbers {
  const result = new Float32Array(data.length);
  const width = rowLength({ dims });
  for (let i = 0, at = 0; i < dims[0]!; i++)
    for (let j = 0; j < width; j++, at++) result[at] = data[at]! * factor(i, j);
  return { dims, data: result };
}

/** Hands out a layer's tensors and knows which were never asked for. */
class LayerReader {
  readonly #rest: Map<Part, WeightRef>;
  readonly #parts: LayerParts;
  readonly #options: ChangeOptions;

  constructor(parts: LayerParts, options: ChangeOptions) {
    this.#parts = parts;
    this.#rest = new Map(parts);
    this.#options = options;
  }

  has(part: Part): boolean {
    return this.#parts.has(part);
  }

  optional(part: Part): Numbers | undefined {
    const ref = this.#parts.get(part);
    this.#rest.delete(part);
    return ref && readNumbers(ref);
  }

  get(part: Part): Numbers {
    const numbers = this.optional(part);
    if (numbers) return numbers;
    const [beside] = this.#parts.values();
    throw new Problem(
      "weights-missing",
      `"${this.#options.origin}" lacks the "${part}" that belongs to "${beside!.key}": the file is incomplete.`,
    );
  }

  /** As a matrix with `rows` rows. */
  flat(part: Part, rows: number): Numbers {
    const numbers = this.get(part);
    return this.fit(numbers, [rows, numbers.data.length / rows]);
  }

  /** The same numbers as `dims`, if there are so many. Throws Problem "adapter-mismatch". */
  fit({ dims, data }: Numbers, wanted: readonly [number, number]): Numbers {
    if (dims[0] === wanted[0] && wanted[1] > 0 && data.length === wanted[0] * wanted[1]) return { dims: wanted, data };
    throw this.misfit(`[${dims}] where this model has [${wanted}]`);
  }

  misfit(how: string): Problem {
    const [first] = this.#parts.values();
    return new Problem(
      "adapter-mismatch",
      `"${this.#options.origin}" has "${first!.key}" for a layer of another size (${how}): choose a model of the family that it was made for.`,
    );
  }

  /** alpha / rank, or what the header says, or 1. */
  scale(rank: number): number {
    const alpha = this.optional("alpha")?.data[0];
    return alpha === undefined ? (this.#options.scaleOf(rank) ?? 1) : alpha / rank;
  }

  finish(): void {
    const [left] = this.#rest.values();
    if (left)
      throw new Problem(
        "weights-leftover",
        `"${this.#options.origin}" holds "${left.key}" beside tensors of another kind of adapter: it is a variant that this version cannot run.`,
      );
  }
}

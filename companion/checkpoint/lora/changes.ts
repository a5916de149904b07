/** What the tensors of one layer mean. */
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { type Numbers, readNumbers } from "../tensor-data.ts";
import { contractSecond, hadamard, kronecker, multiply, rowLength, rowProducts, transposed } from "./arithmetic.ts";
import type { Part } from "./keys.ts";
import type { LayerParts } from "./lora-file.ts";

/** The layer's weight gains scale · weight · upᵀ · down. */
export interface LowRank {
  /** [rank, in · kernel] */
  readonly down: Numbers;
  /** [rank, out]: turned, so that several lie one below the other. */
  readonly up: Numbers;
  readonly scale: number;
}

/** The layer's weight gains `gate` · `delta` [out, in · kernel], which may depend on the adapter's weight. */
export interface Full {
  at(weight: number): { readonly delta: Numbers; readonly gate: number };
}

export interface Change {
  readonly lowRank?: LowRank;
  readonly full?: Full;
  /** [out], added to the bias. */
  readonly bias?: Numbers;
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
    const bias = layer.has("diff_b") ? layer.fit(layer.get("diff_b"), [options.base.dims[0]!, 1]) : undefined;
    layer.finish();
    return { ...change, ...(bias && { bias }) };
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
    const lowRank = { down: layer.fit(down, [rank, rowLength(base)]), up: transposed(up), scale: layer.scale(rank) };
    const lengths = layer.optional("magnitude") ?? layer.optional("dora_scale");
    return lengths
      ? { full: dora(lowRank, { lengths, along: layer.has("magnitude") ? "rows" : alongOf(lengths) }, base) }
      : { lowRank };
  }
  if (layer.has("hada_w1_a")) return loha(layer, base.dims);
  if (layer.has("lokr_w1") || layer.has("lokr_w1_a")) return { full: lokr(layer, base.dims) };
  const diff = layer.optional("diff");
  return diff ? { full: constant(layer.fit(diff, [base.dims[0]!, rowLength(base)]), 1) } : {};
}

const constant = (delta: Numbers, scale: number): Full => ({ at: (weight) => ({ delta, gate: scale * weight }) });

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
  if (layer.has("hada_t1")) return { full: constant(layer.fit(hadamard(half(1), half(2)), [out, width]), scale) };
  const [a1, b1, a2, b2] = [
    layer.fit(layer.get("hada_w1_a"), [out, rank]),
    layer.fit(layer.get("hada_w1_b"), [rank, width]),
    layer.fit(layer.get("hada_w2_a"), [out, rank]),
    layer.fit(layer.get("hada_w2_b"), [rank, width]),
  ] as const;
  if (2 * rank ** 2 > Math.min(out, width))
    return { full: constant(hadamard(multiply(a1, b1), multiply(a2, b2)), scale) };
  return {
    lowRank: { down: rowProducts(b1, b2), up: rowProducts(transposed(a1), transposed(a2)), scale },
  };
}

function lokr(layer: LayerReader, dims: readonly number[]): Full {
  const rank = (layer.optional("lokr_w1_b") ?? layer.optional("lokr_w2_b"))?.dims[0];
  const scale = rank === undefined ? 1 : layer.scale(rank);
  layer.optional("alpha");
  const first = layer.optional("lokr_w1") ?? multiply(layer.get("lokr_w1_a"), layer.get("lokr_w1_b"));
  const second = layer.optional("lokr_w2") ?? secondOf(layer);
  const product = kronecker(first, second);
  return constant(layer.fit(product, [dims[0]!, rowLength({ dims })]), scale);
}

function secondOf(layer: LayerReader): Numbers {
  const [a, b] = [layer.get("lokr_w2_a"), layer.get("lokr_w2_b")];
  const core = layer.optional("lokr_t2");
  return core ? multiply(transposed(a), contractSecond(core, b)) : multiply(a, b);
}

interface Lengths {
  readonly lengths: Numbers;
  /** One for each output, or for each input. */
  readonly along: "rows" | "columns";
}

/** LyCORIS writes one length for each input as [1, in]. */
const alongOf = ({ dims }: Numbers): Lengths["along"] => (dims.length > 1 && dims[0] === 1 ? "columns" : "rows");

/** The changed weight keeps its direction and takes the given lengths. */
function dora({ down, up, scale }: LowRank, { lengths, along }: Lengths, base: ChangeOptions["base"]): Full {
  const count = along === "rows" ? up.dims[1]! : base.dims[1]!;
  if (lengths.data.length !== count) throw new RangeError(`${lengths.data.length} lengths where there are ${count}`);
  let made: { readonly weight: number; readonly delta: Numbers } | undefined;
  const make = (weight: number): Numbers => {
    const { data: w } = base.read();
    const [out, width] = [up.dims[1]!, rowLength(down)];
    const product = multiply(transposed(up), down).data;
    const area = width / base.dims[1]!;
    const place = (i: number) => Math.floor(along === "rows" ? i / width : (i % width) / area);
    const squares = new Float64Array(count);
    const moved = w.map((value, i) => value + scale * weight * product[i]!);
    moved.forEach((value, i) => {
      squares[place(i)]! += value * value;
    });
    const data = moved.map((value, i) => (value * lengths.data[place(i)]!) / Math.sqrt(squares[place(i)]!) - w[i]!);
    return { dims: [out, width], data };
  };
  return {
    at: (weight) => {
      if (made?.weight !== weight) made = { weight, delta: make(weight) };
      return { delta: made.delta, gate: 1 };
    },
  };
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

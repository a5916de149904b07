/** DoRA (Liu et al. 2024): a changed weight that takes lengths of its own. */
import { elementCount } from "../../tensor.ts";
import { deferred } from "../files/deferred-numbers.ts";
import type { Numbers } from "../files/tensor-data.ts";
import { ONE, rowLength } from "./arithmetic.ts";
import type { Addition, Base, Change, Gain } from "./change.ts";

export interface Lengths {
  readonly lengths: Numbers;
  /** One for each output, or for each input. */
  readonly along: "rows" | "columns";
  /** What the adapter's weight is a factor of: the step that gives the new direction, or the finished change. */
  readonly weighs: "step" | "change";
}

/** LyCORIS writes one length for each input as [1, in, …] (`wd_on_out` false), one for each output as [out, 1, …]. */
export const alongOf = ({ dims }: Pick<Numbers, "dims">): Lengths["along"] =>
  dims.length > 1 && dims[0] === 1 ? "columns" : "rows";

/**
 * The changed weight V = W + g·Δ keeps its direction and takes the given lengths m: each row (or column) times s = m / ‖v‖
 * gains (s - 1)·w + s·g·Δ. ‖v‖² = ‖w‖² + 2g·⟨w, Δ⟩ + g²·‖Δ‖², so that another weight is only other factors. The add-on's
 * weight is in g with peft's lengths (tuners/lora/dora.py); with LyCORIS' `dora_scale` (lycoris/functional/general.py,
 * `weight_decompose`) it weighs the whole change, as in A1111 (extensions-builtin/Lora/network.py, `finalize_updown`) and
 * ComfyUI. Throws RangeError where there are not as many lengths.
 */
export function withLengths(gain: Gain, { lengths, along, weighs }: Lengths, base: Base): Change {
  const { factors: pair, scale } = gain;
  const { dims } = gain.whole();
  const out = dims[0]!;
  const width = rowLength({ dims });
  const count = elementCount(lengths.dims);
  // Without a model, a flat row does not tell its inputs from its kernel.
  const fits = along === "rows" ? count === out : base.read ? count === base.dims[1] : width % count === 0;
  if (!fits) throw new RangeError(`${count} lengths where there are ${along === "rows" ? out : base.dims[1]}`);
  const inputOf = Int32Array.from({ length: width }, (_, column) => Math.floor((column * count) / width));
  let known: Squares | undefined;
  let last: { readonly weight: number; readonly addition: Addition } | undefined;
  const at = (weight: number): Addition => {
    const [strength, share] = weighs === "step" ? [scale() * weight, 1] : [scale(), weight];
    known ??= squaresOf(base.read!().data, gain.whole().data, along === "rows" ? { out } : { out, inputOf });
    const { own, mixed, added } = known;
    const factors = lengths.data.map(
      (m, i) => m / Math.sqrt(own[i]! + 2 * strength * mixed[i]! + strength ** 2 * added[i]!),
    );
    const stretch = {
      dims: along === "rows" ? [count, 1] : [1, count],
      data: factors.map((factor) => share * (factor - 1)),
    };
    const factorOf = (row: number, column: number) => factors[along === "rows" ? row : inputOf[column]!]!;
    const matrices =
      along === "rows"
        ? pair && { ...pair, up: scaled(pair.up, factorOf) }
        : pair && { ...pair, down: scaled(pair.down, factorOf) };
    return matrices
      ? { lowRank: { ...matrices, strength: strength * share }, stretch }
      : { product: { first: ONE, second: scaled(gain.whole(), factorOf), strength: strength * share }, stretch };
  };
  return {
    at: (weight) => {
      if (last?.weight !== weight) last = { weight, addition: at(weight) };
      return last.addition;
    },
  };
}

interface Squares {
  /** ‖w‖², ⟨w, Δ⟩ and ‖Δ‖² of each row, or column. */
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
function scaled(matrix: Numbers, factor: (row: number, column: number) => number): Numbers {
  const { dims } = matrix;
  const width = rowLength(matrix);
  return deferred(dims, () => {
    const { data } = matrix;
    const result = new Float32Array(data.length);
    for (let i = 0, at = 0; i < dims[0]!; i++)
      for (let j = 0; j < width; j++, at++) result[at] = data[at]! * factor(i, j);
    return result;
  });
}

/** How the colours of a picture that was drawn anew drifted, by the part that did not change. */
import { median } from "../../../shared/median.ts";
import { solveLinear } from "../../../shared/solve-linear.ts";

/** Red, green and blue of the result, and 1, times this are the source's: three rows of four. */
export type ColorMap = readonly (readonly [number, number, number, number])[];

export interface ColorDrift {
  readonly map: ColorMap;
  /** How far the colours lay from the source's, levels of 255: the mean over the part that did not change. */
  readonly levels: number;
  /** The share of the pixels that both agree upon, 0 … 1. */
  readonly agreed: number;
  /** Root mean square difference over these, levels of 255, as they were and as they become. */
  readonly before: number;
  readonly after: number;
}

/** Pairs of colours, three numbers each, levels of 255, place for place. */
export interface ColorPairs {
  readonly made: Float32Array;
  readonly source: Float32Array;
}

/** Of so many pairs, evenly spread, they are found. */
const MOST_PAIRS = 20_000;
const FEWEST_PAIRS = 64;
/** So many fits, each with the weights that the last one gave. */
const ROUNDS = 12;
const BIWEIGHT = 4.685;
const DEVIATION_OF_MAD = 1.4826;
/** Levels of 255: rounding alone differs by as much. */
const LEAST_DEVIATION = 0.7;
/** Nearer to black or white a channel may have been cut off. */
const CUT_OFF = 3;
/** What keeps a channel's own gain at 1, and the other channels out of it, where the pixels do not tell: shares of their weight. */
const OWN = 1e-4;
const OTHERS = 3e-3;
/** Levels, so that all unknowns are of one size. */
const UNIT = 64;

/**
 * The affine map of colours that most of the pairs follow: least squares, weighted anew after each fit by Tukey's biweight
 * (Beaton and Tukey 1974), so that what was changed on purpose does not count. Undefined where there are too few pairs.
 */
export function findColors({ made, source }: ColorPairs): ColorDrift | undefined {
  const pairs: number[] = [];
  const isCutOff = (value: number) => value < CUT_OFF || value > 255 - CUT_OFF;
  const stride = 3 * Math.ceil(made.length / 3 / MOST_PAIRS);
  for (let i = 0; i < made.length; i += stride)
    if (![0, 1, 2].some((c) => isCutOff(made[i + c]!) || isCutOff(source[i + c]!))) pairs.push(i);
  if (pairs.length < FEWEST_PAIRS) return undefined;
  let map = medianShift(pairs, { made, source });
  let weights = new Float64Array();
  for (let round = 0; round < ROUNDS; round++) {
    weights = weightsOf(pairs, { made, source }, map);
    map = fitted(pairs, { made, source }, weights);
  }
  let [sum, agreed, levels, before, after] = [0, 0, 0, 0, 0];
  pairs.forEach((i, k) => {
    const weight = weights[k]!;
    if (weight > 0.5) agreed++;
    sum += weight;
    for (let c = 0; c < 3; c++) {
      const [m, s] = [made[i + c]!, source[i + c]!];
      const becomes = mapped(map, c, made, i);
      levels += (weight * Math.abs(becomes - m)) / 3;
      before += (weight * (m - s) ** 2) / 3;
      after += (weight * (becomes - s) ** 2) / 3;
    }
  });
  const of = Math.max(sum, 1e-9);
  return {
    ...{ map, levels: levels / of, agreed: agreed / pairs.length },
    ...{ before: Math.sqrt(before / of), after: Math.sqrt(after / of) },
  };
}

const mapped = (map: ColorMap, channel: number, data: ArrayLike<number>, at: number): number => {
  const [r, g, b, one] = map[channel]!;
  return r * data[at]! + g * data[at + 1]! + b * data[at + 2]! + one;
};

function medianShift(pairs: readonly number[], { made, source }: ColorPairs): ColorMap {
  return [0, 1, 2].map((c) => {
    const row: [number, number, number, number] = [0, 0, 0, median(pairs.map((i) => source[i + c]! - made[i + c]!))];
    row[c] = 1;
    return row;
  });
}

function weightsOf(pairs: readonly number[], { made, source }: ColorPairs, map: ColorMap): Float64Array<ArrayBuffer> {
  const off = Float64Array.from(pairs, (i) =>
    Math.hypot(
      mapped(map, 0, made, i) - source[i]!,
      mapped(map, 1, made, i) - source[i + 1]!,
      mapped(map, 2, made, i) - source[i + 2]!,
    ),
  );
  const limit = BIWEIGHT * Math.max(DEVIATION_OF_MAD * median(off), LEAST_DEVIATION);
  return off.map((each) => (each < limit ? (1 - (each / limit) ** 2) ** 2 : 0));
}

function fitted(pairs: readonly number[], { made, source }: ColorPairs, weights: Float64Array): ColorMap {
  const matrix = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
  const right = [0, 1, 2].map(() => new Array<number>(4).fill(0));
  let all = 0;
  pairs.forEach((i, k) => {
    const weight = weights[k]!;
    if (weight === 0) return;
    all += weight;
    const row = [made[i]! / UNIT - 2, made[i + 1]! / UNIT - 2, made[i + 2]! / UNIT - 2, 1];
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) matrix[a]![b]! += weight * row[a]! * row[b]!;
      for (let c = 0; c < 3; c++) right[c]![a]! += (weight * row[a]! * (source[i + c]! - made[i + c]!)) / UNIT;
    }
  });
  return [0, 1, 2].map((c) => {
    const held = matrix.map((row, a) =>
      row.map((value, b) => (a === b ? value + (a === 3 ? 1e-9 : a === c ? OWN : OTHERS) * (all + 1) : value)),
    );
    const [r, g, b, one] = solveLinear(held, right[c]!) as [number, number, number, number];
    const row: [number, number, number, number] = [r, g, b, UNIT * (one - 2 * (r + g + b))];
    row[c]! += 1;
    return row;
  });
}

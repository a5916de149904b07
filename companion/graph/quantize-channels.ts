/**
 * Weights in 8 bits, one scale for each output: what integer products multiply by. Jacob et al. 2018, "Quantization and
 * Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", section 2.1, symmetric and per channel.
 */
import { rotated } from "./hadamard.ts";
import type { ChannelMatrix, PlacePart } from "./quantize.ts";

/** A layer's weights as a product takes them: row tap · channels + channel, column output. A weight is value · scale. */
export interface ChannelNumbers {
  /** [taps · channels, out] */
  readonly values: Int8Array;
  /** [out] */
  readonly scales: Float32Array;
}

const LEVELS = 127;
/** Outputs that are rounded before they are turned: so many of them lie side by side in the processor's caches. */
const TOGETHER = 64;

/**
 * Rounds `weights` [out, channels, taps], a kernel's taps in rows; 1 tap for a matrix, whose rows are rotated first in groups of
 * `rotation`, if it is given.
 */
export function quantizeChannels(
  given: Float32Array,
  [out, channels, taps]: readonly [out: number, channels: number, taps: number],
  rotation?: number,
): ChannelNumbers {
  const weights = rotation === undefined ? given : rotated(given, rotation);
  const inner = channels * taps;
  const values = new Int8Array(inner * out);
  const scales = new Float32Array(out);
  const rows = new Int8Array(TOGETHER * inner);
  for (let begin = 0; begin < out; begin += TOGETHER) {
    const count = Math.min(TOGETHER, out - begin);
    for (let o = 0; o < count; o++) {
      const from = (begin + o) * inner;
      const whole = rows.subarray(o * inner, (o + 1) * inner);
      scales[begin + o] = roundRow(weights.subarray(from, from + inner), whole, taps);
    }
    for (let c = 0, i = 0; c < channels; c++)
      for (let tap = 0; tap < taps; tap++, i++) {
        const at = (tap * channels + c) * out + begin;
        for (let o = 0; o < count; o++) values[at + o] = rows[o * inner + i]!;
      }
  }
  return { values, scales };
}

/** One output's weights as whole numbers, `taps` of each channel in a row; returns their scale. Plain loops: this runs for every weight of a model. */
function roundRow(weights: Float32Array, to: Int8Array, taps: number): number {
  let greatest = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!);
    if (size > greatest) greatest = size;
  }
  const perStep = greatest > 0 ? LEVELS / greatest : 0;
  for (let i = 0; i < weights.length; i++) to[i] = ((weights[i]! * perStep + LEVELS + 0.5) | 0) - LEVELS;
  for (let begin = 0; taps > 1 && begin < weights.length; begin += taps)
    balance(weights, to, perStep, begin, begin + taps);
  let product = 0;
  let square = 0;
  for (let i = 0; i < weights.length; i++) {
    product += weights[i]! * to[i]!;
    square += to[i]! * to[i]!;
  }
  // What gives the least squared error with the levels chosen.
  return square === 0 ? 0 : product / square;
}

/**
 * Rounds some of a kernel's numbers the other way, those that are nearest to it, until what all were rounded by makes less than half a
 * step: neighbouring pixels are much alike, so that their sum counts more than each. Guo et al. 2022, "SQuant: On-the-Fly Data-Free
 * Quantization via Diagonal Hessian Approximation", section 3.2.
 */
function balance(weights: Float32Array, to: Int8Array, perStep: number, begin: number, end: number): void {
  let sum = 0;
  for (let i = begin; i < end; i++) sum += to[i]! - weights[i]! * perStep;
  while (Math.abs(sum) > 0.5) {
    const step = sum > 0 ? 1 : -1;
    let at = -1;
    let most = 0;
    for (let i = begin; i < end; i++) {
      const off = (to[i]! - weights[i]! * perStep) * step;
      if (off > most && Math.abs(to[i]! - step) <= LEVELS) [at, most] = [i, off];
    }
    if (at < 0) return;
    to[at]! -= step;
    sum -= step;
  }
}

/** The parts of a layer's weights [out, inner], as `quantizeChannels` makes them. */
export const channelMatrix = (
  [out, inner]: readonly [number, number],
  place: PlacePart,
  rotation?: number,
): ChannelMatrix => ({
  kind: "channels",
  values: place("values", "I8", [inner, out]),
  scales: place("scales", "F32", [out]),
  ...(rotation !== undefined && { rotation }),
});

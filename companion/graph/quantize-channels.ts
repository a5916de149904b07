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
      scales[begin + o] = roundRow(weights.subarray(from, from + inner), rows.subarray(o * inner, (o + 1) * inner));
    }
    for (let c = 0, i = 0; c < channels; c++)
      for (let tap = 0; tap < taps; tap++, i++) {
        const at = (tap * channels + c) * out + begin;
        for (let o = 0; o < count; o++) values[at + o] = rows[o * inner + i]!;
      }
  }
  return { values, scales };
}

/** One output's weights as whole numbers; returns their scale. Plain loops: this runs for every weight of a model. */
function roundRow(weights: Float32Array, to: Int8Array): number {
  let greatest = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!);
    if (size > greatest) greatest = size;
  }
  const perStep = greatest > 0 ? LEVELS / greatest : 0;
  let product = 0;
  let square = 0;
  for (let i = 0; i < weights.length; i++) {
    const value = weights[i]!;
    const whole = ((value * perStep + LEVELS + 0.5) | 0) - LEVELS;
    product += value * whole;
    square += whole * whole;
    to[i] = whole;
  }
  // What gives the least squared error with the levels chosen.
  return square === 0 ? 0 : product / square;
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

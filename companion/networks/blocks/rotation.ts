/** By how much places are turned: Su et al. 2021, "RoFormer", section 3.2.2. */
import { type Tensor, tensor } from "../../tensor.ts";
import type { YarnConfig } from "../configs.ts";

/** [places, d / 2] each. */
export interface RotationTable {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

export interface RotationOptions {
  readonly axes: readonly number[];
  readonly theta: number;
  /** Of an angle, before its cosine and sine. Default: none. */
  readonly round?: (angle: number) => number;
  /** Of what a coordinate is multiplied by. Default: none. */
  readonly roundFrequency?: (frequency: number) => number;
}

/**
 * For places with several coordinates, each of which turns its own part of a head: `axes` says how many numbers. In
 * float64, rounded at the end. Source: diffusers, transformer_flux2.py, Flux2PosEmbed.
 */
export function rotationTable(
  places: readonly (readonly number[])[],
  { axes, theta, round = (angle) => angle, roundFrequency = (frequency) => frequency }: RotationOptions,
): RotationTable {
  const frequencies = axes.map((size) =>
    Array.from({ length: size / 2 }, (_, i) => roundFrequency(1 / theta ** ((2 * i) / size))),
  );
  return tableOf(
    places.map((place) => frequencies.flatMap((list, axis) => list.map((each) => round(place[axis]! * each)))),
  );
}

export interface TextRotationOptions {
  /** Numbers of a head. */
  readonly size: number;
  readonly theta: number;
  /** Default: angles are as they are. */
  readonly yarn?: YarnConfig | null;
}

/**
 * For the places 0 … count - 1 of a text. In float32, as language models were trained with. Source: transformers,
 * modeling_qwen3.py, Qwen3RotaryEmbedding.
 */
export function textRotation(count: number, { size, theta, yarn = null }: TextRotationOptions): RotationTable {
  const { fround } = Math;
  const periods = Array.from({ length: size / 2 }, (_, i) => fround(theta ** fround((2 * i) / size)));
  const frequencies = yarn ? stretched(periods, { size, theta, yarn }) : periods.map((each) => fround(1 / each));
  const table = tableOf(Array.from({ length: count }, (_, place) => frequencies.map((each) => fround(place * each))));
  const factor = yarn?.attention_factor ?? 1;
  if (factor !== 1) for (const { data } of [table.cos, table.sin]) for (const i of data.keys()) data[i]! *= factor;
  return table;
}

/**
 * Frequencies of which the slow ones are divided by YaRN's factor, and those between in part. Peng et al. 2023, "YaRN: Efficient
 * Context Window Extension of Large Language Models", section 3.2; in float32, as transformers, modeling_rope_utils.py.
 */
function stretched(
  periods: readonly number[],
  { size, theta, yarn }: Required<TextRotationOptions> & { readonly yarn: YarnConfig },
): number[] {
  const { fround } = Math;
  const { factor, original_max_position_embeddings: places, beta_fast, beta_slow, truncate } = yarn;
  const pairOf = (turns: number) => (size * Math.log(places / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [from, to] = [pairOf(beta_fast), pairOf(beta_slow)];
  const low = Math.max(truncate ? Math.floor(from) : from, 0);
  const end = Math.min(truncate ? Math.ceil(to) : to, size - 1);
  const high = end === low ? end + 0.001 : end;
  return periods.map((period, i) => {
    const ramp = Math.min(Math.max(fround(fround(i - low) / (high - low)), 0), 1);
    const kept = fround(1 - ramp);
    const slow = fround(fround(1 / fround(factor * period)) * fround(1 - kept));
    return fround(slow + fround(fround(1 / period) * kept));
  });
}

/**
 * For the places of a text with pictures in it, (time, row, column): each turns as many pairs of a head as `sections` says. In
 * float32 as well. Source: transformers, modeling_qwen2_5_vl.py, Qwen2_5_VLRotaryEmbedding.
 */
export function sectionedRotation(
  places: readonly (readonly number[])[],
  { size, theta, sections }: { readonly size: number; readonly theta: number; readonly sections: readonly number[] },
): RotationTable {
  const { fround } = Math;
  const axes = sections.flatMap((pairs, i) => Array<number>(pairs).fill(i % 3));
  const frequencies = axes.map((_, i) => fround(1 / fround(theta ** fround((2 * i) / size))));
  return tableOf(places.map((place) => frequencies.map((each, i) => fround(place[axes[i]!]! * each))));
}

function tableOf(angles: readonly (readonly number[])[]): RotationTable {
  const dims = [angles.length, angles[0]!.length];
  const of = (f: (angle: number) => number) => {
    const data = new Float32Array(dims[0]! * dims[1]!);
    for (const [row, list] of angles.entries())
      for (const [i, angle] of list.entries()) data[row * dims[1]! + i] = f(angle);
    return tensor(data, dims);
  };
  return { cos: of(Math.cos), sin: of(Math.sin) };
}

/** By how much places are turned: Su et al. 2021, "RoFormer", section 3.2.2. */
import { type Tensor, tensor } from "../../tensor.ts";

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
}

/**
 * For places with several coordinates, each of which turns its own part of a head: `axes` says how many numbers. In
 * float64, rounded at the end. Source: diffusers, transformer_flux2.py, Flux2PosEmbed.
 */
export function rotationTable(
  places: readonly (readonly number[])[],
  { axes, theta, round = (angle) => angle }: RotationOptions,
): RotationTable {
  const frequencies = axes.map((size) => Array.from({ length: size / 2 }, (_, i) => 1 / theta ** ((2 * i) / size)));
  return tableOf(
    places.map((place) => frequencies.flatMap((list, axis) => list.map((each) => round(place[axis]! * each)))),
  );
}

/**
 * For the places 0 … count - 1 of a text. In float32, as language models were trained with. Source: transformers,
 * modeling_qwen3.py, Qwen3RotaryEmbedding.
 */
export function textRotation(count: number, { size, theta }: { readonly size: number; readonly theta: number }) {
  const { fround } = Math;
  const frequencies = Array.from({ length: size / 2 }, (_, i) => fround(1 / fround(theta ** fround((2 * i) / size))));
  return tableOf(Array.from({ length: count }, (_, place) => frequencies.map((each) => fround(place * each))));
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

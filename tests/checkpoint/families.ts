/** Small single files of every family, as keys and shapes. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { SampleTensor } from "./sample.ts";

/** Dims, and where in the file, counted in numbers, diffusers takes them from; step > 1 = the transpose of a matrix so wide. */
export type Range = readonly [dims: readonly number[], first: number, step: number];

export interface FamilyKeys {
  readonly file: Readonly<Record<string, readonly number[]>>;
  readonly parts: Readonly<Record<string, Readonly<Record<string, Range>>>>;
}

const fixture = path.join(__dirname, "../fixtures/checkpoint/keys.json.gz");

/** Made by make.py beside it. */
export const families = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as Record<string, FamilyKeys>;

/** All tensors of one, for `writeSample`. */
export const tensorsOf = (family: string): Record<string, SampleTensor> =>
  Object.fromEntries(Object.entries(families[family]!.file).map(([key, shape]) => [key, { shape }]));

/** Matrices in float8 with a scale each, as ComfyUI writes them. */
import { appendFileSync } from "node:fs";
import type { Samples } from "./klein-sample.ts";
import { headerOf, writeRaw } from "./sample.ts";

/** 0, ±2⁻⁶ … ±1.75: eight numbers of float8 e4m3, and what they are. */
const CODES = [0x00, 0x08, 0x20, 0x30, 0x3e, 0x88, 0xb0, 0xbe];
const VALUES = [0, 2 ** -6, 2 ** -3, 0.5, 1.75, -(2 ** -6), -0.5, -1.75];

interface Mixed {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const scaleOf = (key: string) => 2 ** -(3 + (key.length % 3));
const pick = (key: string, i: number) => (Math.imul(i + key.length, 2654435761) >>> 29) % CODES.length;
const isMatrix = (shape: readonly number[]) => shape.length === 2 && shape[0]! > 1;
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Matrices of other numbers in the place of the samples': all else is float32. */
export function writeScaledFloat8(file: string, own: Samples): void {
  const scaled = Object.entries(own).flatMap(([key, value]): [string, Mixed][] => {
    if (!isMatrix(value.shape)) return [[key, { dtype: "F32", ...value }]];
    const data = Uint8Array.from({ length: size(value.shape) }, (_, i) => CODES[pick(key, i)]!);
    return [
      [key, { dtype: "F8_E4M3", shape: value.shape, data }],
      [key.replace(/weight$/, "scale_weight"), { dtype: "F32", shape: [], data: floats([scaleOf(key)]) }],
    ];
  });
  const marked = Object.fromEntries([
    ...scaled,
    ["scaled_fp8", { dtype: "F8_E4M3", shape: [2], data: Uint8Array.of(0, 0) }] as const,
  ]);
  writeRaw(file, JSON.stringify(headerOf(marked).header), 0);
  for (const { data } of Object.values(marked)) appendFileSync(file, data);
}

/** The numbers of such a file, float32. */
export const numbersOfScaledFloat8 = (own: Samples): Samples =>
  Object.fromEntries(
    Object.entries(own).map(([key, value]) => {
      if (!isMatrix(value.shape)) return [key, value];
      const numbers = Array.from({ length: size(value.shape) }, (_, i) => VALUES[pick(key, i)]! * scaleOf(key));
      return [key, { shape: value.shape, data: floats(numbers) }];
    }),
  );

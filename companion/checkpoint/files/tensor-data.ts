/** A tensor's numbers in memory, for the few that are needed outside the networks. */
import { closeSync, fstatSync, openSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { BlockNumbers } from "../../graph/blocks.ts";
import { type Coded, codedOf } from "../../graph/coded.ts";
import { stampOf } from "../../graph/file-stamp.ts";
import { halfFloats } from "../../graph/half-floats.ts";
import type { WeightRef, WeightType } from "../../graph/weights.ts";
import { numbersOfCodes, type Reading, readCodes } from "./codes.ts";
import { attempt, readFully } from "./files.ts";

/** Row-major numbers of `dims`. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The bytes from a buffer's begin as numbers: float32 where they are, all others in memory of their own. */
type Widen = (bytes: Uint8Array) => Float32Array;

const WIDEN: Partial<Record<WeightType, Widen>> = {
  F32: ({ buffer }) => new Float32Array(buffer as ArrayBuffer),
  F64: ({ buffer, length }) => Float32Array.from(new Float64Array(buffer as ArrayBuffer, 0, length / 8)),
  F16: ({ buffer, length }) => {
    const [bits, values] = [new Uint16Array(buffer as ArrayBuffer, 0, length / 2), halfFloats()];
    const wide = new Float32Array(bits.length);
    for (let i = 0; i < bits.length; i++) wide[i] = values[bits[i]!]!;
    return wide;
  },
  F8_E4M3: (bytes) => Float32Array.from(bytes, (bits) => eighth(bits)),
  // The upper half of a float16.
  F8_E5M2: (bytes) => Float32Array.from(bytes, (bits) => halfFloats()[bits << 8]!),
  BF16: ({ buffer, length }) => {
    const bits = new Uint16Array(buffer as ArrayBuffer, 0, length / 2);
    const wide = new Uint32Array(bits.length);
    for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
    return new Float32Array(wide.buffer);
  },
};

let shared = new ArrayBuffer(0);

/** The same memory each time: fresh pages take as long as reading. */
function borrowed(length: number): Uint8Array {
  if (shared.byteLength < length) shared = new ArrayBuffer(length);
  return new Uint8Array(shared, 0, length);
}

/** Throws Problem "model-unsupported" for a tensor that `readNumbers` could not read. */
export function requireFloats(ref: WeightRef): void {
  if (!codedOf(ref)) widenOf(ref);
}

/** Whether `readNumbers` can read a tensor. */
export const canWiden = ({ type }: Pick<WeightRef, "type">): boolean => WIDEN[type] !== undefined;

function widenOf(ref: WeightRef): Widen {
  const widen = WIDEN[ref.type];
  if (widen) return widen;
  throw new Problem(
    "model-unsupported",
    `"${path.basename(ref.file)}" has "${ref.key}" as ${ref.type}, where floating-point numbers are needed: use a version in float16.`,
  );
}

/** Reads tensors as float32. Throws Problem "model-unsupported" for another number format, "file-changed". */
export function readNumbers(ref: WeightRef): Numbers {
  const { encoding, dims } = ref;
  const coded = codedOf(ref);
  if (coded) return { dims, data: numbersOfCodes(ref, coded, READING) };
  const data = widenOf(ref)(readBytes(ref));
  if (encoding?.kind !== "scaled") return { dims, data };
  const scale = readNumbers(encoding.scale).data[0]!;
  return { dims, data: data.map((value) => value * scale) };
}

const READING: Reading = { bytes: (ref) => readBytes(ref), numbers: (ref) => readNumbers(ref).data };

/** The codes of a coded tensor, as `readCodes` in codes.ts. Throws Problem "file-changed". */
export const codesOf = (ref: WeightRef, coded: Coded): BlockNumbers => readCodes(ref, coded, READING);

/** A tensor's bytes: for float32 in memory of their own, for all others until the next call. Throws Problem "file-changed". */
export function readBytes(ref: WeightRef): Uint8Array {
  const name = path.basename(ref.file);
  const fd = attempt(name, () => openSync(ref.file, "r"));
  try {
    const bytes = ref.type === "F32" ? new Uint8Array(ref.byteLength) : borrowed(ref.byteLength);
    const changed = ref.stamp !== undefined && stampOf(fstatSync(fd)) !== ref.stamp;
    if (changed || readFully(fd, bytes, ref.offset) !== bytes.length)
      throw new Problem("file-changed", `"${name}" was changed while it was open: start the picture again.`);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

const WHOLE: Partial<Record<WeightType, (view: DataView) => number>> = {
  I64: (view) => Number(view.getBigInt64(0, true)),
  I32: (view) => view.getInt32(0, true),
  I16: (view) => view.getInt16(0, true),
  I8: (view) => view.getInt8(0),
  U8: (view) => view.getUint8(0),
};

/**
 * A tensor of one number, which trainers write as a whole number too: read when it is asked for, once. Throws Problem
 * "model-unsupported" for another number format now, "file-changed" when it is read.
 */
export function readNumber(ref: WeightRef): () => number {
  const whole = WHOLE[ref.type];
  if (!whole) requireFloats(ref);
  let known: number | undefined;
  return () => {
    known ??= whole ? whole(new DataView(readBytes(ref).slice().buffer)) : readNumbers(ref).data[0]!;
    return known;
  };
}

/** Micikevicius et al. 2022, "FP8 formats for deep learning", E4M3: 1 sign, 4 exponent and 3 fraction bits; no infinities. */
function eighth(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 7 ? -1 : 1, (bits >> 3) & 15, bits & 7];
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7));
}

/** A safetensors file in other number types, and damaged in every way that a header can show. */
import { readFileSync } from "node:fs";

export interface Entry {
  dtype: string;
  shape: number[];
  bytes: Buffer;
}
export type Tensors = Map<string, Entry>;

const SIZES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 },
};

export function readTensors(file: string): { tensors: Tensors; metadata?: object } {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString("utf8", 8, start));
  const tensors: Tensors = new Map();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries) as [string, never][]) {
    const [from, to] = data_offsets as [number, number];
    tensors.set(name, { dtype, shape: [...(shape as number[])], bytes: bytes.subarray(start + from, start + to) });
  }
  return { tensors, ...(metadata && { metadata }) };
}

export function fileOf(tensors: Tensors, metadata?: object): Buffer {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const from = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [from, end] }] as const;
  });
  const header = Buffer.from(
    JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...[...tensors.values()].map(({ bytes }) => bytes)]);
}

/** Fraction bits, exponent bias, bytes. */
const SMALL: Readonly<Record<string, readonly [number, number, number]>> = {
  ...{ F16: [10, 15, 2], BF16: [7, 127, 2], F8_E4M3: [3, 7, 1], F8_E5M2: [2, 15, 1] },
};

const numbersOf = ({ dtype, bytes }: Entry): number[] | undefined => {
  const count = bytes.length / SIZES[dtype]!;
  if (dtype === "F32") return Array.from({ length: count }, (_, i) => bytes.readFloatLE(4 * i));
  const format = SMALL[dtype];
  if (format?.[2] !== 2) return undefined;
  const [fraction, bias] = format;
  return Array.from({ length: count }, (_, i) => {
    const bits = bytes.readUInt16LE(2 * i);
    const [sign, exponent, mantissa] = [
      bits & 0x8000 ? -1 : 1,
      (bits & 0x7fff) >> fraction,
      bits & ((1 << fraction) - 1),
    ];
    const value =
      exponent === 0 ? mantissa * 2 ** (1 - bias - fraction) : (1 + mantissa / 2 ** fraction) * 2 ** (exponent - bias);
    return sign * value;
  });
};

/** The same numbers in another type, cut to it; whole numbers and types without an encoder get bytes of the right length. */
export function inType(entry: Entry, dtype: string): Entry {
  const values = numbersOf(entry);
  if (values === undefined) return entry;
  const { shape } = entry;
  if (dtype === "F64" || dtype === "F32") {
    const size = SIZES[dtype]!;
    const bytes = Buffer.alloc(values.length * size);
    values.forEach(
      (value, i) => void (size === 8 ? bytes.writeDoubleLE(value, 8 * i) : bytes.writeFloatLE(value, 4 * i)),
    );
    return { dtype, shape, bytes };
  }
  const format = SMALL[dtype];
  if (!format) return { dtype, shape, bytes: Buffer.alloc(values.length * (SIZES[dtype] ?? 1), 1) };
  const [fraction, bias, size] = format;
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => {
    const exponent = Math.max(1, Math.min(Math.floor(Math.log2(Math.abs(value) || 2 ** -30)) + bias, 2 * bias - 1));
    const whole = Math.min(Math.round(Math.abs(value) / 2 ** (exponent - bias - fraction)), 2 ** (fraction + 1) - 1);
    const subnormal = whole < 2 ** fraction;
    const bits =
      (subnormal ? whole : (exponent << fraction) + whole - 2 ** fraction) | (value < 0 ? 1 << (8 * size - 1) : 0);
    if (size === 2) bytes.writeUInt16LE(bits, 2 * i);
    else bytes.writeUInt8(bits, i);
  });
  return { dtype, shape, bytes };
}

export const TYPES = ["F32", "F16", "BF16", "F64", "F8_E4M3", "F8_E5M2", "I8", "F6_E3M2", "mixed"] as const;

export function withType(tensors: Tensors, type: (typeof TYPES)[number]): Tensors {
  const cycle = ["F16", "F32", "BF16"];
  return new Map(
    [...tensors].map(([name, entry], i) => [name, inType(entry, type === "mixed" ? cycle[i % 3]! : type)]),
  );
}

const at = (tensors: Tensors, share: number) => [...tensors.keys()][Math.floor(share * (tensors.size - 1))]!;
const changed = (tensors: Tensors, name: string, change: (entry: Entry) => Entry): Tensors =>
  new Map([...tensors].map(([key, entry]) => [key, key === name ? change(entry) : entry]));
const without = (tensors: Tensors, name: string): Tensors => new Map([...tensors].filter(([key]) => key !== name));
const wider = ({ dtype, shape, bytes }: Entry): Entry => {
  const [first = 1, ...rest] = shape;
  return { dtype, shape: [first * 2, ...rest], bytes: Buffer.concat([bytes, bytes]) };
};

/** What can go wrong with a file, by name; a Buffer is the whole file. */
export const DAMAGES: Readonly<Record<string, (tensors: Tensors, metadata?: object) => Tensors | Buffer>> = {
  none: (tensors) => tensors,
  "lacks its first tensor": (tensors) => without(tensors, at(tensors, 0)),
  "lacks one in the middle": (tensors) => without(tensors, at(tensors, 0.5)),
  "lacks its last": (tensors) => without(tensors, at(tensors, 1)),
  "has one too many": (tensors) => new Map([...tensors, ["something.else", [...tensors.values()][0]!]]),
  "has its first in another shape": (tensors) => changed(tensors, at(tensors, 0), wider),
  "has one in the middle in another shape": (tensors) => changed(tensors, at(tensors, 0.5), wider),
  "has one as whole numbers": (tensors) =>
    changed(tensors, at(tensors, 0.5), ({ shape, bytes, dtype }) => ({
      ...{ dtype: "I32", shape },
      bytes: Buffer.alloc((bytes.length / (SIZES[dtype] ?? 1)) * 4),
    })),
  "has an empty tensor": (tensors) =>
    changed(tensors, at(tensors, 0.5), ({ dtype, shape }) => ({
      dtype,
      shape: [0, ...shape.slice(1)],
      bytes: Buffer.alloc(0),
    })),
  "is cut short": (tensors, metadata) => fileOf(tensors, metadata).subarray(0, -5),
  "has half a header": (tensors, metadata) => fileOf(tensors, metadata).subarray(0, 200),
  "holds nothing": () => new Map(),
};

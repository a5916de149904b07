/**
 * The random weights of tests/fixtures/parity, tiny models of every family, of which the repository holds only lists
 * (tests/fixtures/parity/seeded.py says what is in one, and writes the same files).
 */
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createGenerator } from "../../random/generator.ts";
import { elementCount } from "../../tensor.ts";

type Listed =
  | readonly [dtype: string, shape: readonly number[], value: number]
  | readonly [dtype: string, shape: readonly number[], seed: number, deviation: number, mean: number];

interface List {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, Listed>>;
}

/** Beside each list in `folder`, unless they are there. */
export function writeSeededWeights(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".safetensors.json")) continue;
    const list = path.join(folder, name);
    const file = list.slice(0, -".json".length);
    if (existsSync(file) && statSync(file).mtimeMs >= statSync(list).mtimeMs) continue;
    // Another run may do the same at the same time.
    const own = `${file}.${process.pid}`;
    writeFileSync(own, fileOf(JSON.parse(readFileSync(list, "utf8"))));
    renameSync(own, file);
  }
}

function fileOf({ metadata, tensors }: List): Uint8Array {
  let end = 0;
  const parts: Uint8Array[] = [];
  const entries = Object.entries(tensors).map(([name, listed]) => {
    const part = bytesOf(listed);
    const begin = end;
    end += part.length;
    parts.push(part);
    return [name, { dtype: listed[0], shape: listed[1], data_offsets: [begin, end] }];
  });
  const header = Buffer.from(
    JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...parts]);
}

function bytesOf([dtype, shape, ...rest]: Listed): Uint8Array {
  const count = elementCount(shape);
  // Whole numbers only count, as a batch norm does its batches: all of a tensor are the same.
  if (dtype === "I64") return new Uint8Array(new BigInt64Array(count).fill(BigInt(rest[0])).buffer);
  if (rest.length === 1) return narrowed(new Float32Array(count).fill(rest[0]), dtype);
  const [seed, ...scale] = rest;
  const [deviation, mean] = scale.map(Math.fround) as [number, number];
  const { data } = createGenerator(seed).randn([count]);
  return narrowed(
    data.map((value) => Math.fround(value * deviation) + mean),
    dtype,
  );
}

/** Fraction bits, and the least exponent of a normal number. */
const NARROW: Readonly<Record<string, readonly [number, number]>> = {
  F16: [10, -14],
  BF16: [7, -126],
};

/** Float32 numbers in another format, rounded to the nearest, halfway to the even one (IEEE 754-2019, section 4.3.1). */
function narrowed(values: Float32Array, dtype: string): Uint8Array {
  if (dtype === "F32") return new Uint8Array(values.buffer);
  const format = NARROW[dtype];
  if (!format) throw new Error(`No seeded weights in ${dtype}.`);
  const [fraction, least] = format;
  const bits = Uint16Array.from(values, (value) => {
    const size = Math.abs(value);
    const exponent = size === 0 ? least : Math.max(Math.floor(Math.log2(size)), least);
    const whole = size / 2 ** (exponent - fraction);
    const down = Math.floor(whole);
    const over = whole - down;
    const mantissa = down + (over > 0.5 || (over === 0.5 && down % 2 === 1) ? 1 : 0);
    return (value < 0 ? 0x8000 : 0) + (exponent - least) * 2 ** fraction + mantissa;
  });
  return new Uint8Array(bits.buffer);
}

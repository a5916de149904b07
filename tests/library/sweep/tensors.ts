/** Safetensors files as they are put together for the sweep: read whole, written with holes where they hold zeros. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Absent: zeros. */
  readonly bytes?: Buffer;
}
export type Tensors = ReadonlyMap<string, Entry>;

export interface Content {
  readonly tensors: Tensors;
  readonly metadata?: object;
}

/** Bits of an element. */
const BITS: Readonly<Record<string, number>> = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16, F8_E4M3: 8, F8_E5M2: 8, F6_E3M2: 6 },
  ...{ I64: 64, I32: 32, I16: 16, I8: 8, U8: 8, BOOL: 8 },
};

export const countOf = ({ shape }: Pick<Entry, "shape">): number => shape.reduce((a, b) => a * b, 1);
export const byteLengthOf = (entry: Entry): number => Math.ceil((countOf(entry) * BITS[entry.dtype]!) / 8);

export const zeros = (dtype: string, shape: readonly number[]): Entry => ({ dtype, shape });
export const floats = (shape: readonly number[], values: readonly number[]): Entry => ({
  ...{ dtype: "F32", shape },
  bytes: Buffer.from(Float32Array.from(values).buffer),
});
export const text = (words: string): Entry => {
  const bytes = Buffer.from(words);
  return { dtype: "U8", shape: [bytes.length], bytes };
};

export function readContent(file: string): Content {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString("utf8", 8, start));
  const tensors = new Map<string, Entry>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries) as [string, never][]) {
    const [from, to] = data_offsets as [number, number];
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(start + from, start + to) });
  }
  return { tensors, ...(metadata && { metadata }) };
}

/** `keep`: how much of a file of that many bytes is left. */
export function writeContent(
  file: string,
  { tensors, metadata }: Content,
  keep: (bytes: number) => number = (bytes) => bytes,
): void {
  let end = 0;
  const places = [...tensors].map(([name, entry]) => {
    const from = end;
    end += byteLengthOf(entry);
    return { name, entry, from, to: end };
  });
  const header = Buffer.from(
    JSON.stringify({
      ...(metadata && { __metadata__: metadata }),
      ...Object.fromEntries(
        places.map(({ name, entry: { dtype, shape }, from, to }) => [name, { dtype, shape, data_offsets: [from, to] }]),
      ),
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const start = 8 + header.length;
  const fd = openSync(file, "w");
  writeSync(fd, Buffer.concat([length, header]));
  for (const { entry, from } of places) if (entry.bytes?.length) writeSync(fd, entry.bytes, 0, null, start + from);
  ftruncateSync(fd, keep(start + end));
  closeSync(fd);
}

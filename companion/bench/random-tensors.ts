import { closeSync, openSync, writeSync } from "node:fs";
import { elementCount } from "../tensor.ts";
import { halfBits } from "./half-bits.ts";

export type Shapes = Map<string, readonly number[]>;

/** How numbers are written: float32, or half as large. */
export type RandomType = "F32" | "F16";

type Numbers = Float32Array | Uint16Array;

const MAKE: Readonly<Record<RandomType, { readonly size: number; from(values: Float32Array): Numbers }>> = {
  F32: { size: 4, from: (values) => values },
  F16: { size: 2, from: (values) => Uint16Array.from(values, halfBits) },
};

/**
 * A safetensors file of normal numbers, scaled so that every layer keeps the size of its input; biases are 0, and the scales of
 * norms 1.
 */
export function writeRandomTensors(file: string, shapes: Shapes, type: RandomType = "F32"): void {
  const { size } = MAKE[type];
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [key, dims] of shapes) {
    const begin = end;
    end += size * elementCount(dims);
    header[key] = { dtype: type, shape: dims, data_offsets: [begin, end] };
  }
  const json = JSON.stringify(header);
  const head = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const fd = openSync(file, "w");
  try {
    writeSync(fd, length);
    writeSync(fd, head);
    let at = 0;
    for (const [key, dims] of shapes) {
      writeTensor(fd, { key, dims, at, type });
      at += 7919;
    }
  } finally {
    closeSync(fd);
  }
}

/** A prime: rows of a matrix, which lie one after the other in it, are never the same. */
const POOL_SIZE = 1_048_573;

let pool: Float32Array | undefined;

/** Box-Muller. */
function normals(): Float32Array {
  pool ??= Float32Array.from(
    { length: POOL_SIZE },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
  return pool;
}

/** Fewer numbers than that are made one by one. */
const SMALL = 100_000;

/** The pool for each scale, of which a model has few. */
const scaled = new Map<string, Numbers>();

function scaledPool(type: RandomType, scale: number): Numbers {
  const key = `${type} ${scale}`;
  let found = scaled.get(key);
  if (!found) {
    found = MAKE[type].from(normals().map((value) => value * scale));
    scaled.set(key, found);
  }
  return found;
}

interface RandomTensor {
  readonly key: string;
  readonly dims: readonly number[];
  /** Where in the pool it begins. */
  readonly at: number;
  readonly type: RandomType;
}

function writeTensor(fd: number, { key, dims, at, type }: RandomTensor): void {
  const count = elementCount(dims);
  if (dims.length === 1) {
    write(fd, MAKE[type].from(new Float32Array(count).fill(key.endsWith("weight") ? 1 : 0)));
    return;
  }
  const scale = key.includes("embedding") ? 0.02 : 0.5 / Math.sqrt(count / dims[0]!);
  if (count < SMALL) {
    const numbers = normals();
    write(fd, MAKE[type].from(Float32Array.from({ length: count }, (_, i) => scale * numbers[(at + i) % POOL_SIZE]!)));
    return;
  }
  const values = scaledPool(type, scale);
  for (let written = 0; written < count; ) {
    const begin = (at + written) % POOL_SIZE;
    const part = values.subarray(begin, Math.min(POOL_SIZE, begin + count - written));
    write(fd, part);
    written += part.length;
  }
}

function write(fd: number, { buffer, byteOffset, byteLength }: Numbers): void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength; ) at += writeSync(fd, bytes, at);
}

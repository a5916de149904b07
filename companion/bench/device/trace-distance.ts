/** How far what a picture was made of is from what was expected, tensor by tensor (`generate --trace`). */
import { readFileSync } from "node:fs";

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface TraceFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: Float32Array | BigInt64Array }
  >;
}

/** A safetensors file of float32 and int64 tensors. */
export function readTrace(file: string): TraceFile {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(bytes.toString("utf8", 8, start));
  const tensors = new Map(
    Object.entries(entries as Record<string, Entry>).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const { buffer } = new Uint8Array(bytes.subarray(start + from, start + to));
        return [name, { shape, values: dtype === "I64" ? new BigInt64Array(buffer) : new Float32Array(buffer) }];
      },
    ),
  );
  return { metadata, tensors };
}

/**
 * How far `got` is from `expected`, for every tensor of `expected`: the largest difference as a share of the largest
 * value; Infinity where a tensor is missing, has another shape or other ids, or holds what is no number. Of "NAME/EVERY" in
 * `expected` is there one number in so many of the tensor NAME.
 */
export function distances(expected: TraceFile, got: TraceFile): ReadonlyMap<string, number> {
  return new Map(
    [...expected.tensors].map(([name, { shape, values }]) => {
      const other = sampled(got, name);
      if (other === undefined || other.shape.join() !== shape.join()) return [name, Number.POSITIVE_INFINITY];
      return [name, distance(values, other.values)];
    }),
  );
}

function sampled({ tensors }: TraceFile, name: string): ReturnType<TraceFile["tensors"]["get"]> {
  const [whole, every] = name.split("/") as [string, string | undefined];
  const found = tensors.get(whole);
  if (found === undefined || every === undefined) return found;
  const values = Float32Array.from(found.values as Float32Array).filter((_, i) => i % Number(every) === 0);
  return { shape: [values.length], values };
}

function distance(expected: Float32Array | BigInt64Array, got: Float32Array | BigInt64Array): number {
  if (expected instanceof BigInt64Array) return expected.every((id, i) => id === got[i]) ? 0 : Number.POSITIVE_INFINITY;
  let [worst, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(expected[i]! - Number(got[i])));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / largest;
}

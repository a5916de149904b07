/** One network of a model: its dimensions, and its weights under diffusers' names whatever the file calls them. */
import { createHash } from "node:crypto";
import type { WeightRef } from "../../graph/weights.ts";
import { rowRange } from "./row-range.ts";
import type { CheckpointStore } from "./safetensors.ts";

export interface Component<C> {
  readonly config: C;
  readonly weights: CheckpointStore;
}

/** Tensors by the name that a network asks for. */
export type Refs = Map<string, WeightRef>;

/** Tensors under new names, all from the files of `sources`. */
export class RenamedStore implements CheckpointStore {
  readonly origin: string;
  readonly files: readonly string[];
  readonly fingerprint: string;
  readonly #refs: ReadonlyMap<string, WeightRef>;
  readonly #sources: readonly CheckpointStore[];

  constructor(origin: string, refs: ReadonlyMap<string, WeightRef>, sources: readonly CheckpointStore[]) {
    this.origin = origin;
    this.files = sources.flatMap((source) => source.files);
    this.fingerprint = fingerprintOf(sources.map((source) => source.fingerprint));
    this.#refs = refs;
    this.#sources = sources;
  }

  find(key: string): WeightRef | undefined {
    return this.#refs.get(key);
  }

  keys(): Iterable<string> {
    return this.#refs.keys();
  }

  verifyUnchanged(): void {
    for (const source of this.#sources) source.verifyUnchanged();
  }
}

/** All tensors of a store whose key begins with `prefix`, without it. */
export function refsUnder(store: CheckpointStore, prefix = ""): Refs {
  const refs: Refs = new Map();
  for (const key of store.keys()) if (key.startsWith(prefix)) refs.set(key.slice(prefix.length), store.find(key)!);
  return refs;
}

/** No network that we could run has as many layers of a kind: a larger number in a key would only serve to exhaust memory. */
export const MAX_INDEX = 1000;

/** The largest number below `MAX_INDEX` that `pattern` captures in a key; -1 where it matches none. */
export function largestNumber(keys: Iterable<string>, pattern: RegExp): number {
  let largest = -1;
  for (const key of keys) {
    const number = Number(pattern.exec(key)?.[1] ?? -1);
    if (number < MAX_INDEX) largest = Math.max(largest, number);
  }
  return largest;
}

/** The same bytes with other dims (of the same product). */
export function reshaped(ref: WeightRef, dims: readonly number[]): WeightRef {
  return { ...ref, dims };
}

/** Part `index` of `count` equal parts along the first dimension. */
export function rows(ref: WeightRef, index: number, count: number): WeightRef {
  const each = ref.dims[0]! / count;
  return rowRange(ref, index * each, each);
}

/** One identity of several things, hexadecimal. */
export function fingerprintOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

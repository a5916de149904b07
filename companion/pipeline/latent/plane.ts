/** A picture in rows, in memory or on the disk. */
import { readSync } from "node:fs";
import { createScratchFile } from "../../runtime/scratch.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";

/** Rows start … end-1. */
export type Rows = readonly [start: number, end: number];

/** A picture [1, C, H, W] that is written and read by rows, each row once written. */
export interface Plane {
  readonly dims: readonly number[];
  /** `rows` of `part` [1, C, h, W] become the rows from `row` on. Throws Problem "disk-full". */
  write(row: number, part: Tensor, rows: Rows): void;
  /**
   * [1, C, end - start, W]: in `into`, where that is given, or shared with the plane, and not to be written to. Rows beyond its
   * edges are those of the opposite one.
   */
  read(rows: Rows, into?: Float32Array): Tensor;
  /** Of what was written, in `groups` of channels: what a group norm adds (the mean, negative) and multiplies by, [1, G, 1]. */
  moments(groups: number, eps: number): { readonly shift: Tensor; readonly scale: Tensor };
  /** To be called in a `finally`. */
  remove(): void;
}

/** Where numbers lie: at places that are counted in numbers. */
interface Store {
  /** All of them, where they are in memory. */
  readonly all?: Float32Array;
  put(numbers: Float32Array, at: number): void;
  get(into: Float32Array, at: number): void;
  remove(): void;
}

export function createPlane(dims: readonly number[], kept: "in-memory" | "on-disk"): Plane {
  const [, channels, height, width] = dims as [number, number, number, number];
  const store = kept === "in-memory" ? inMemory(elementCount(dims)) : onDisk();
  const sums = createSums(channels);
  return {
    dims,
    write: (row, part, [start, end]) => {
      const partHeight = part.dims[2]!;
      for (let c = 0; c < channels; c++) {
        const from = c * partHeight + start;
        const numbers = part.data.subarray(from * width, (from + end - start) * width);
        store.put(numbers, (c * height + row) * width);
        sums.add(c, numbers);
      }
    },
    read: ([start, end], into) => {
      if (end - start === height && store.all) return tensor(store.all, dims);
      const count = (end - start) * width;
      const data = into ?? new Float32Array(channels * count);
      for (const { from, to, at } of within(start, end, height))
        for (let c = 0; c < channels; c++) {
          const begin = c * count + at * width;
          store.get(data.subarray(begin, begin + (to - from) * width), (c * height + from) * width);
        }
      return tensor(data, [1, channels, end - start, width]);
    },
    moments: (groups, eps) => {
      const each = Array.from({ length: groups }, (_, g) => sums.of(g * (channels / groups), channels / groups));
      const row = (f: (one: { mean: number; variance: number }) => number) =>
        tensor(Float32Array.from(each, f), [1, groups, 1]);
      return { shift: row(({ mean }) => -mean), scale: row(({ variance }) => 1 / Math.sqrt(variance + eps)) };
    },
    remove: () => store.remove(),
  };
}

/** Rows start … end-1 of a picture that repeats, in pieces that lie inside it, each `at` so many rows from the first. */
function within(start: number, end: number, height: number) {
  const pieces: { from: number; to: number; at: number }[] = [];
  for (let row = start; row < end; ) {
    const from = ((row % height) + height) % height;
    const to = Math.min(height, from + end - row);
    pieces.push({ from, to, at: row - start });
    row += to - from;
  }
  return pieces;
}

function inMemory(count: number): Store {
  const all = new Float32Array(count);
  return {
    all,
    put: (numbers, at) => all.set(numbers, at),
    get: (into, at) => into.set(all.subarray(at, at + into.length)),
    remove: () => {},
  };
}

function onDisk(): Store {
  const file = createScratchFile();
  // Under no name it goes even where the process is killed; Windows does not allow it.
  if (process.platform !== "win32") file.remove();
  return {
    put: (numbers, at) => file.write(bytesOf(numbers), 4 * at),
    get: (into, at) => {
      const bytes = bytesOf(into);
      for (let done = 0; done < bytes.length; )
        done += readSync(file.fd, bytes, done, bytes.length - done, 4 * at + done);
    },
    remove: () => {
      file.close();
      file.remove();
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** Of each channel, in float64 and about its first number, so that a large mean takes nothing from the variance. */
function createSums(channels: number) {
  const [pivots, counts, firsts, seconds] = [0, 0, 0, 0].map(() => new Float64Array(channels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    add: (c: number, numbers: Float32Array) => {
      if (counts[c] === 0) pivots[c] = numbers[0]!;
      const pivot = pivots[c]!;
      let [first, second] = [0, 0];
      for (let i = 0; i < numbers.length; i++) {
        const value = numbers[i]! - pivot;
        first += value;
        second += value * value;
      }
      counts[c]! += numbers.length;
      firsts[c]! += first;
      seconds[c]! += second;
    },
    /** Of `count` channels from `begin` on, which have as many numbers each. */
    of: (begin: number, count: number) => {
      let [mean, square] = [0, 0];
      for (let c = begin; c < begin + count; c++) mean += (pivots[c]! + firsts[c]! / counts[c]!) / count;
      for (let c = begin; c < begin + count; c++) {
        const off = pivots[c]! - mean;
        square += (seconds[c]! / counts[c]! + (2 * off * firsts[c]!) / counts[c]! + off * off) / count;
      }
      return { mean, variance: square };
    },
  };
}

/** Numbers whose dims are known from a header alone, and which are read or computed when they are first asked for, once. */
import type { WeightRef } from "../../graph/weights.ts";
import { type Numbers, readNumbers, requireFloats } from "./tensor-data.ts";

class DeferredNumbers implements Numbers {
  readonly dims: readonly number[];
  #make: (() => Float32Array) | undefined;
  #data: Float32Array | undefined;

  constructor(dims: readonly number[], make: () => Float32Array) {
    this.dims = dims;
    this.#make = make;
  }

  get data(): Float32Array {
    if (this.#data === undefined) {
      this.#data = this.#make!();
      // What it was made of may go.
      this.#make = undefined;
    }
    return this.#data;
  }
}

/** `make` gives as many numbers as `dims` say. */
export const deferred = (dims: readonly number[], make: () => Float32Array): Numbers => new DeferredNumbers(dims, make);

/** A tensor of a file. Throws Problem "model-unsupported" for another number format now, "file-changed" when it is read. */
export function deferredTensor(ref: WeightRef): Numbers {
  requireFloats(ref);
  return deferred(ref.dims, () => readNumbers(ref).data);
}

/** The same numbers under other dims, of the same product. */
export const redimensioned = (numbers: Numbers, dims: readonly number[]): Numbers => deferred(dims, () => numbers.data);

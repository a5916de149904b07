import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { elementCount } from "../../tensor.ts";
import { deferredTensor, redimensioned } from "../files/deferred-numbers.ts";
import { type Numbers, readNumber } from "../files/tensor-data.ts";
import type { Scale } from "./change.ts";
import type { Part } from "./keys.ts";
import type { LayerParts } from "./lora-file.ts";
import type { OftSettings } from "./peft-settings.ts";

interface ReaderOptions {
  /** What the header says of a layer's strength at a rank. */
  readonly scaleOf: (rank: number) => number | undefined;
  readonly oft: OftSettings;
  /** The file's name. */
  readonly origin: string;
}

/** Hands out a layer's tensors, which are read when their numbers are asked for, and knows which were never asked for. */
export class LayerReader {
  readonly #rest: Map<Part, WeightRef>;
  readonly #parts: LayerParts;
  readonly #options: ReaderOptions;

  constructor(parts: LayerParts, options: ReaderOptions) {
    this.#parts = parts;
    this.#rest = new Map(parts);
    this.#options = options;
  }

  has(part: Part): boolean {
    return this.#parts.has(part);
  }

  /** Undefined where it is not there. Does not count as asking for it. */
  dims(part: Part): readonly number[] | undefined {
    return this.#parts.get(part)?.dims;
  }

  /** Throws Problem "model-unsupported" for whole numbers. */
  optional(part: Part): Numbers | undefined {
    const ref = this.#parts.get(part);
    this.#rest.delete(part);
    return ref && deferredTensor(ref);
  }

  /** Throws Problem "weights-missing". */
  get(part: Part): Numbers {
    const numbers = this.optional(part);
    if (numbers) return numbers;
    throw new Problem(
      "weights-missing",
      `"${this.#options.origin}" lacks the "${part}" that belongs to "${this.#first.key}": the file is incomplete.`,
    );
  }

  /** As a matrix of as many rows. Throws Problem "adapter-mismatch". */
  rows(numbers: Numbers, rows: number): Numbers {
    const width = elementCount(numbers.dims) / rows;
    if (!Number.isInteger(width)) throw this.misfit(`[${numbers.dims}] where this model has ${rows} outputs`);
    return this.fit(numbers, [rows, width]);
  }

  /** The same numbers as `dims`, if there are so many. Throws Problem "adapter-mismatch". */
  fit(numbers: Numbers, wanted: readonly number[]): Numbers {
    const { dims } = numbers;
    const count = elementCount(wanted);
    if (dims[0] === wanted[0] && count > 0 && elementCount(dims) === count) return redimensioned(numbers, wanted);
    throw this.misfit(`[${dims}] where this model has [${wanted}]`);
  }

  misfit(how: string): Problem {
    return new Problem(
      "adapter-mismatch",
      `"${this.#options.origin}" has "${this.#first.key}" for a layer of another size (${how}): choose a model of the family that it was made for.`,
    );
  }

  /** A single number, whole ones too; undefined where it is not there. */
  number(part: Part): Scale | undefined {
    const ref = this.#parts.get(part);
    this.#rest.delete(part);
    if (!ref) return undefined;
    if (elementCount(ref.dims) !== 1) throw this.misfit(`"${part}" is [${ref.dims}] where one number is expected`);
    return readNumber(ref);
  }

  /** alpha / rank, or what the header says, or 1. */
  scale(rank: number): Scale {
    const alpha = this.number("alpha");
    const said = this.#options.scaleOf(rank) ?? 1;
    return () => (alpha === undefined ? said : alpha() / rank);
  }

  /** How peft's OFT is meant. */
  get oft(): OftSettings {
    return this.#options.oft;
  }

  /** Throws Problem "weights-leftover" where tensors were never asked for. */
  finish(kind: string): void {
    const [left] = this.#rest.values();
    if (left)
      throw new Problem(
        "weights-leftover",
        `"${this.#options.origin}" holds "${left.key}" beside tensors of another kind of adapter (${kind}): it is a variant that this version cannot run.`,
      );
  }

  get #first(): WeightRef {
    const [first] = this.#parts.values();
    return first!;
  }
}

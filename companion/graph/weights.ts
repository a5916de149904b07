/**
 * Weights as the networks ask for them: by path and expected shape, like `cd` into a directory (candle's VarBuilder).
 * Knows no file format: a WeightStore says where each tensor's bytes lie, under diffusers' names, and `checkpoint/` makes
 * one from whatever is on disk (renamed, reshaped and sliced by offsets only; no byte is touched).
 */
import { Problem } from "../../shared/problem.ts";
import type { BlockFormat } from "./blocks.ts";

export type WeightType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "F8_E4M3"
  | "F8_E5M2"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U8"
  | "BOOL";

/** A tensor as a byte range of a file. */
export interface WeightRef {
  /** The key in the file, for error messages. */
  readonly key: string;
  readonly type: WeightType;
  readonly dims: readonly number[];
  /** Absolute, symlinks resolved. */
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
  /** The file's `stampOf` when its header was read. Absent: a file of our own. */
  readonly stamp?: string;
  /** Absent: its elements are its numbers. */
  readonly encoding?: WeightEncoding;
  /** What it is some rows of. Absent: it is whole. */
  readonly partOf?: WeightRef;
  /** The same as the runtime packs it, in the same file, by the runtime's own key. Absent: each session packs it for itself. */
  readonly packed?: PackedForm;
}

/** Bytes from the start of the file. */
export interface PackedForm {
  readonly key: string;
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * How a tensor's numbers come from its elements: encodings.ts. "scaled": each times `scale`, one number. All others are coded
 * (coded.ts), their elements bytes, and `dims` those of the numbers. "blocks": ggml's, blocks.ts. "nvfp4": halves of bytes, in
 * groups of 16 along a row, each with a scale in the tiles of `groupScales`, times `scale`; they are `firstRow` and those behind
 * it of the matrix that the tiles are of. "int8": times `scale`, one number or one for each row; `rotation`: hadamard.ts.
 */
export type WeightEncoding =
  | { readonly kind: "scaled"; readonly scale: WeightRef }
  | { readonly kind: "blocks"; readonly format: BlockFormat }
  | { readonly kind: "nvfp4"; readonly groupScales: WeightRef; readonly scale: WeightRef; readonly firstRow: number }
  | { readonly kind: "int8"; readonly scale: WeightRef; readonly rotation?: number };

export interface WeightStore {
  /** Where it came from, for error messages: a file or folder name. */
  readonly origin: string;
  find(key: string): WeightRef | undefined;
  keys(): Iterable<string>;
}

const FLOATS: ReadonlySet<WeightType> = new Set(["F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"]);

/** A place in a WeightStore. Shares one record of what was used with all scopes made from it. */
export class Weights {
  readonly #store: WeightStore;
  readonly #used: Set<string>;
  /** Path so far, without a trailing dot; "" at the root. */
  readonly path: string;

  constructor(store: WeightStore, path = "", used = new Set<string>()) {
    this.#store = store;
    this.path = path;
    this.#used = used;
  }

  /** One level (or several, with dots) down. */
  at(name: string | number): Weights {
    return new Weights(this.#store, this.#join(name), this.#used);
  }

  has(name: string): boolean {
    return this.#store.find(this.#join(name)) !== undefined;
  }

  /** The dims of a tensor that may be absent, for choices that only the file can make. Does not count as use. */
  dimsOf(name: string): readonly number[] | undefined {
    return this.#store.find(this.#join(name))?.dims;
  }

  /** The tensor `name`, which must have exactly `dims`. Throws Problem "weights-missing", "weights-shape", "model-unsupported" (whole numbers). */
  get(name: string, dims: readonly number[]): WeightRef {
    const key = this.#join(name);
    const ref = this.#store.find(key);
    if (!ref)
      throw new Problem(
        "weights-missing",
        `"${this.#store.origin}" lacks the tensor "${key}": the file is incomplete.`,
      );
    if (ref.dims.length !== dims.length || ref.dims.some((d, i) => d !== dims[i])) {
      throw new Problem(
        "weights-shape",
        `"${this.#store.origin}" has "${ref.key}" as [${ref.dims}] where [${dims}] is expected: it belongs to another kind of model.`,
      );
    }
    if (!FLOATS.has(ref.type) && (ref.encoding === undefined || ref.encoding.kind === "scaled"))
      throw new Problem(
        "model-unsupported",
        `"${this.#store.origin}" has "${ref.key}" as whole numbers (${ref.type}), as other programs' quantised models do: use its fp16 version.`,
      );
    this.#used.add(key);
    return ref;
  }

  /** Keys that nobody asked for. A load that ends with any is an error, unless they are known to be ignorable. */
  unused(): string[] {
    return [...this.#store.keys()].filter((key) => !this.#used.has(key));
  }

  #join(name: string | number): string {
    return this.path === "" ? String(name) : name === "" ? this.path : `${this.path}.${name}`;
  }
}

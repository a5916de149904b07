/** Textual inversion (Gal et al. 2022): new words for a text encoder, each with one or more vectors. */
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { elementCount } from "../../tensor.ts";
import { deferredTensor, redimensioned } from "../files/deferred-numbers.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import { type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import type { Numbers } from "../files/tensor-data.ts";
import { describe } from "../identify/identify.ts";
import { OUTPUT_EMBEDDING } from "../identify/signatures.ts";

/** A word's vectors for one text encoder, [vectors, width]. */
export interface EmbeddingTable extends Numbers {
  /** The text encoder's number, where the file says it. */
  readonly encoder?: 0 | 1;
}

export interface Embedding {
  /** The file's name, for messages. */
  readonly origin: string;
  /** What the prompt calls it: the word in the file, or else the file's name. */
  readonly token: string;
  /** One for each text encoder that it knows. */
  readonly tables: readonly EmbeddingTable[];
}

/**
 * Keys that say how the file is made, and not which word it is for: A1111; SDXL's two text encoders, as most programs and as
 * diffusers' first trainer of both (examples/advanced_diffusion_training) call them.
 */
const FORMATS: readonly (readonly [RegExp, EmbeddingTable["encoder"]?])[] = [
  // OneTrainer writes "emp".
  [/^(?:em[bp]_params|\*|string_to_param\b.*)$/],
  [/^(?:clip_l|text_encoders_0)$/, 0],
  [/^(?:clip_g|text_encoders_1)$/, 1],
];

const formatOf = (key: string) => FORMATS.find(([pattern]) => pattern.test(key));

/** Whether a key is one of an embedding's own, whatever its word. */
export const isEmbeddingKey = (key: string): boolean => formatOf(key) !== undefined;

/** Reads such a file's header; the vectors are read when they are asked for. Throws Problem "model-unsupported" (it is something else), and as `openSafetensors`. */
export function openEmbedding(file: string, options: OpenOptions = {}): Embedding {
  const store = openSafetensors(file, options);
  const refs = new Map([...store.keys()].map((key) => [key, store.find(key)!]));
  const keys = [...refs.keys()];
  const fits =
    keys.length > 0 &&
    [...refs.values()].every(isTable) &&
    (keys.length === 1 || keys.every(isEmbeddingKey)) &&
    !keys.some((key) => OUTPUT_EMBEDDING.test(key));
  if (!fits)
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is ${describe(store)}, not a textual inversion embedding: choose an embedding's .safetensors file.`,
    );
  const token = isEmbeddingKey(keys[0]!) ? path.parse(file).name : keys[0]!;
  return embeddingOf(refs, { origin: store.origin, token });
}

/** Whether a tensor can be a word's vectors. */
export const isTable = ({ dims }: WeightRef): boolean => dims.length <= 2 && elementCount(dims) > 0;

/**
 * `refs`: tables by their keys. Throws Problem "model-unsupported" for another number format, "weights-leftover" where two are for
 * one text encoder.
 */
export function embeddingOf(
  refs: ReadonlyMap<string, WeightRef>,
  { origin, token }: Pick<Embedding, "origin" | "token">,
): Embedding {
  const own = new RenamedRefs();
  const tables = [...refs].map(([key, ref]) => {
    const width = ref.dims.at(-1) ?? 1;
    const encoder = formatOf(key)?.[1];
    own.set(`${encoder} ${width}`, ref);
    const numbers = redimensioned(deferredTensor(ref), [elementCount(ref.dims) / width, width]);
    return encoder === undefined ? numbers : ofEncoder(numbers, encoder);
  });
  return { origin, token, tables };
}

const ofEncoder = (numbers: Numbers, encoder: 0 | 1): EmbeddingTable => ({
  dims: numbers.dims,
  encoder,
  get data() {
    return numbers.data;
  },
});

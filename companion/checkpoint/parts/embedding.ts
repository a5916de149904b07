/** Textual inversion (Gal et al. 2022): new words for a text encoder, each with one or more vectors. */
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { type Numbers, readNumbers } from "../files/tensor-data.ts";
import { describe } from "../identify/identify.ts";

export interface Embedding {
  /** The file's name, for messages. */
  readonly origin: string;
  /** What the prompt calls it: the word in the file, or else the file's name. */
  readonly token: string;
  /** One for each text encoder that it knows, [vectors, width]. */
  readonly tables: readonly Numbers[];
}

/** Keys that say how the file is made, and not which word it is for: A1111, and SDXL's two text encoders. */
const FORMAT = /^(?:emb_params|clip_[lg]|\*|string_to_param\b.*)$/;

/** Reads such a file. Throws Problem "model-unsupported" (it is something else), and as `openSafetensors`. */
export function openEmbedding(file: string, options: OpenOptions = {}): Embedding {
  const store = openSafetensors(file, options);
  const keys = [...store.keys()];
  const isTable = (key: string) => store.find(key)!.dims.length <= 2;
  if (!keys.every(isTable) || !(keys.length === 1 || keys.every((key) => FORMAT.test(key))) || keys.length === 0)
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is ${describe(store)}, not a textual inversion embedding: choose an embedding's .safetensors file.`,
    );
  const tables = keys.map((key) => {
    const { dims, data } = readNumbers(store.find(key)!);
    const width = dims.at(-1)!;
    return { dims: [data.length / width, width], data };
  });
  const [first] = keys as [string];
  return { origin: store.origin, token: FORMAT.test(first) ? path.parse(file).name : first, tables };
}

import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { OUTPUT_EMBEDDING, OUTPUT_EMBEDDING_WORDS } from "../identify/signatures.ts";
import { type Embedding, embeddingOf, isEmbeddingKey, isTable } from "../parts/embedding.ts";

const BUNDLED = /^bundle_emb\.(.+?)\.((?:string_to_param\.)?[^.]+)$/;

/**
 * The words that were trained with an add-on and lie in its file as `bundle_emb.WORD.KEY`, KEY as in an embedding's own file
 * (stable-diffusion-webui, extensions-builtin/Lora/networks.py; Nerogar/OneTrainer, StableDiffusionXLLoRASaver.py). What else
 * is in `refs` is handed back in `rest`. Throws Problem "model-unsupported" for another number format and for
 * embeddings of another kind, "weights-leftover" where a word has two for one text encoder.
 */
export function bundledEmbeddings(
  refs: ReadonlyMap<string, WeightRef>,
  origin: string,
): { embeddings: Embedding[]; rest: Map<string, WeightRef> } {
  const words = new Map<string, Map<string, WeightRef>>();
  const rest = new Map<string, WeightRef>();
  for (const [key, ref] of refs) {
    const [, word, name] = BUNDLED.exec(key) ?? [];
    if (name !== undefined && OUTPUT_EMBEDDING.test(name))
      throw new Problem(
        "model-unsupported",
        `"${origin}" carries the word "${word!.slice(0, 80)}" as ${OUTPUT_EMBEDDING_WORDS}, which this version cannot use: save it without its embeddings.`,
      );
    if (word === undefined || name === undefined || !isEmbeddingKey(name) || !isTable(ref)) rest.set(key, ref);
    else words.set(word, (words.get(word) ?? new Map()).set(name, ref));
  }
  return { embeddings: [...words].map(([token, tables]) => embeddingOf(tables, { origin, token })), rest };
}

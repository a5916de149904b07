import type { Embedding } from "../checkpoint/parts/embedding.ts";
import type { ActiveLora } from "./weights/lora-slots.ts";

/** A word of the prompt with vectors of its own. */
export interface NamedEmbedding extends Embedding {
  /** In lower case. */
  readonly name: string;
}

/** What a request says in words, and which adapters it names, in its prompt or beside it. */
export interface ParsedPrompt {
  /** For the first text encoder and, where it hears another one, for the second. */
  readonly positive: readonly string[];
  readonly negative: readonly string[];
  readonly loras: readonly ActiveLora[];
  readonly embeddings: readonly NamedEmbedding[];
}

/** CLIP's own vocabulary, for single files, which bring none. */
import { mergesIn } from "./assets.ts";
import { byteLetters } from "./byte-letters.ts";

export interface ClipVocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly string[];
}

let loaded: ClipVocabulary | undefined;

/**
 * 49,408 tokens, from the 48,894 merges in assets/: the 256 bytes, the same at the end of a word, the merges, start, end
 * (https://github.com/openai/CLIP, simple_tokenizer.py).
 */
export function clipVocabulary(): ClipVocabulary {
  loaded ??= readVocabulary();
  return loaded;
}

function readVocabulary(): ClipVocabulary {
  const merges = mergesIn("clip-merges.txt.gz");
  const letters = byteLetters();
  const tokens = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    ...merges.map((merge) => merge.replace(" ", "")),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

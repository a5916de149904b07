import type { ModelInfo } from "../../../shared/protocol.ts";

/** Words by which nobody would know a thing. */
const PLAIN = new Set(["red", "light", "face"]);
const wordsOf = (text: string) => text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
const singular = (word: string) => word.replace(/(?<=\p{L}{2})(?:es|s)$/u, "");

/** False where a model that draws only certain things is asked for none of them. */
export function canDraw(prompt: string, { suggestions, drawsOnlySuggestions }: ModelInfo): boolean {
  const asked = new Set(wordsOf(prompt).map(singular));
  if (!drawsOnlySuggestions || asked.size === 0) return true;
  return suggestions.some((suggestion) =>
    wordsOf(suggestion).some((word) => !PLAIN.has(word) && asked.has(singular(word))),
  );
}

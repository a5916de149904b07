import type { ModelInfo } from "../../../shared/protocol.ts";

/** Words by which nobody would know a thing: colours, vessels, and what many things have. */
const PLAIN = new Set([
  ...["red", "green", "blue", "yellow", "black", "white", "golden"],
  ...["hot", "light", "open", "strong"],
  ...["glass", "cup", "bowl", "slice", "stack", "jar"],
  ...["box", "sign", "mark", "face"],
  ...["head", "with", "and", "the"],
]);
const wordsOf = (text: string) => text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
const singular = (word: string) => word.replace(/(?<=\p{L}{2})(?:es|s)$/u, "");

/** False where a model that draws only certain things is asked for none of them. */
export function canDraw(prompt: string, { suggestions, drawsOnlySuggestions }: ModelInfo): boolean {
  const asked = new Set(wordsOf(prompt).map(singular));
  if (!drawsOnlySuggestions || asked.size === 0) return true;
  return suggestions.some((suggestion) => {
    const words = wordsOf(suggestion);
    const telling = words.filter((word) => !PLAIN.has(word));
    return (telling.length > 0 ? telling : words).some((word) => asked.has(singular(word)));
  });
}

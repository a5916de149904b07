/** Words that are put into a prompt and taken out of it: trigger words, embeddings, `<lora:…>`. */
import { type LoraTag, takeLoraTags } from "../../../shared/lora-tags.ts";

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The words as a part of the prompt between commas, line ends or brackets; spaces and case don't matter. */
const pattern = (words: string) =>
  new RegExp(
    `(^|[,\\n(\\[])[^\\S\\n]*${escaped(words.trim()).replace(/\s+/g, "\\s+")}[^\\S\\n]*(?=$|[,\\n:)\\]])`,
    "i",
  );

export function hasWords(prompt: string, words: string): boolean {
  return pattern(words).test(prompt);
}

/** The prompt with the words at its end. */
export function withWords(prompt: string, words: string): string {
  const kept = prompt.replace(/[\s,]+$/, "");
  return kept === "" ? words : `${kept}, ${words}`;
}

/** The prompt without the words, where they stand by themselves; emphasised ones stay. */
export function withoutWords(prompt: string, words: string): string {
  const found = pattern(words).exec(prompt);
  if (found === null) return prompt;
  const start = found.index + found[1]!.length;
  const end = found.index + found[0].length;
  const [before, after] = [prompt.slice(0, start), prompt.slice(end)];
  if (/[([]$/.test(before) || /^[:)\]]/.test(after)) return prompt;
  const joined = before === "" ? after.replace(/^\s*,\s*/, "") : before.replace(/\s*,\s*$/, "") + after;
  return joined;
}

/** The LoRAs that a prompt names, as the companion reads them; what it would refuse is left out. */
export const loraTags = (prompt: string): readonly LoraTag[] => takeLoraTags(prompt, (tag) => tag).loras;

import { LANGUAGES, type Language, MOST_PICTURES } from "../../bridge.ts";
import { fileId } from "../file-id.ts";
import { loadSaved } from "../storage.ts";
import { recentPrompts } from "./recent-prompts.ts";

/** The quick actions box shows a handful. */
const MOST_SUGGESTIONS = 8;

const WORDS: Readonly<Record<Language, { pictures(count: number): string; range: string }>> = {
  en: {
    pictures: (count) => (count === 1 ? "1 picture" : `${count} pictures`),
    range: `1 to ${MOST_PICTURES} pictures can be made at once.`,
  },
  de: {
    pictures: (count) => (count === 1 ? "1 Bild" : `${count} Bilder`),
    range: `Auf einmal gehen 1 bis ${MOST_PICTURES} Bilder.`,
  },
};

/**
 * Answers what is typed in Figma's quick actions box. Of a prompt: the words as typed, which stand first since Figma takes the
 * first suggestion, then recent prompts that hold them; of the number of pictures: those that there can be. Without a language
 * that was chosen it is the manifest's own, English.
 */
export async function suggestParameters({ key, query, result }: ParameterInputEvent): Promise<void> {
  const { settings } = await loadSaved(fileId());
  const typed = query.trim();
  if (key === "prompt") {
    const fitting = recentPrompts(settings?.recentPrompts ?? []).filter((prompt) => holds(prompt, typed));
    const all = [...new Set([typed, ...fitting])].filter((prompt) => prompt !== "");
    result.setSuggestions(all.slice(0, MOST_SUGGESTIONS).map((prompt) => ({ name: prompt, data: prompt })));
  } else if (key === "count") {
    const words = WORDS[settings?.language ?? LANGUAGES[0]];
    const counts = Array.from({ length: MOST_PICTURES }, (_, i) => ({ name: words.pictures(i + 1), data: i + 1 }));
    const fitting = counts.filter(({ name }) => holds(name, typed));
    if (fitting.length > 0) result.setSuggestions(fitting);
    else result.setError(words.range);
  }
}

const holds = (text: string, part: string) => text.toLowerCase().indexOf(part.toLowerCase()) >= 0;

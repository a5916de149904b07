/** Characters in a prompt: `@Ada`. */

interface Named {
  readonly name: string;
}

export interface Mention<C extends Named> {
  readonly start: number;
  readonly end: number;
  readonly character: C;
}

const LETTER = /[\p{L}\p{N}_]/u;

/** In order. Of names that begin alike the longest that is written counts; case does not. */
export function mentionsIn<C extends Named>(prompt: string, characters: readonly C[]): Mention<C>[] {
  const longestFirst = [...characters].sort((a, b) => b.name.length - a.name.length);
  const found: Mention<C>[] = [];
  for (let at = prompt.indexOf("@"); at >= 0; at = prompt.indexOf("@", at + 1)) {
    if (at > 0 && LETTER.test(prompt[at - 1]!)) continue;
    const character = longestFirst.find(({ name }) => isAt(prompt, at + 1, name));
    if (character !== undefined) found.push({ start: at, end: at + 1 + character.name.length, character });
  }
  return found;
}

function isAt(prompt: string, start: number, name: string): boolean {
  const end = start + name.length;
  return prompt.slice(start, end).toLowerCase() === name.toLowerCase() && !LETTER.test(prompt[end] ?? "");
}

/** The prompt as a model reads it; one that is said by no word leaves no gap. */
export function withoutMentions<C extends Named>(
  prompt: string,
  characters: readonly C[],
  wordsFor: (character: C) => string,
): string {
  let [text, last, isWhole] = ["", 0, true];
  for (const { start, end, character } of mentionsIn(prompt, characters)) {
    const words = wordsFor(character);
    isWhole &&= words !== "";
    text += prompt.slice(last, start) + words;
    last = end;
  }
  text += prompt.slice(last);
  return isWhole ? text : withoutGaps(text);
}

const withoutGaps = (text: string): string =>
  text
    .replace(/ {2,}/g, " ")
    .replace(/ +(?=[,.;:!?])/g, "")
    .replace(/(?:, ?){2,}/g, ", ")
    .replace(/^[\s,;:]+|[\s,;:]+$/g, "");

/** Those that a prompt names, each once. */
export const charactersIn = <C extends Named>(prompt: string, characters: readonly C[]): C[] => [
  ...new Set(mentionsIn(prompt, characters).map(({ character }) => character)),
];

const LONGEST_TYPED = 60;

/** What of a name is typed before the caret; null where no name is. */
export function nameBeingTyped(text: string, caret: number): { readonly start: number; readonly typed: string } | null {
  const start = text.lastIndexOf("@", caret - 1);
  if (start < 0 || caret - start > LONGEST_TYPED || (start > 0 && LETTER.test(text[start - 1]!))) return null;
  const typed = text.slice(start + 1, caret);
  return /[\n@,.;:!?()]/.test(typed) ? null : { start, typed };
}

/** Characters whose name, or a word of it, begins like that. */
export function beginningWith<C extends Named>(typed: string, characters: readonly C[]): C[] {
  const wanted = typed.toLowerCase();
  const begins = (text: string) => text.toLowerCase().startsWith(wanted);
  return characters.filter(({ name }) => begins(name) || name.split(" ").some(begins));
}

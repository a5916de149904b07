/** Emphasis by keys, as in A1111 and Krita: Ctrl or Command with Up or Down. */

export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const STEP = 0.1;
const LORA_STEP = 0.05;
const NUMBER = "[+-]?\\d*\\.?\\d+";

/**
 * The prompt with the selected words (or the word at the caret) a step stronger or weaker: `word` → `(word:1.1)`, and back to
 * `word` at 1. Within `<lora:name:0.8>` its weight. Null where there is no word.
 */
export function emphasise({ text, start, end }: Selected, direction: 1 | -1): Selected | null {
  const lora = around(text, start, new RegExp(`<\\w+:[^<>:]+(?::${NUMBER})*?:(${NUMBER})>`, "g"));
  if (lora !== null) {
    const weight = rounded(Number(lora.groups[0]) + direction * LORA_STEP);
    const at = lora.end - 1 - lora.groups[0]!.length;
    return { text: splice(text, at, lora.end - 1, String(weight)), start, end };
  }
  const block = around(text, start, new RegExp(`\\(([^()]*):(${NUMBER})\\)`, "g"));
  if (block !== null && end <= block.end) {
    const [words, weight] = [block.groups[0]!, rounded(Number(block.groups[1]) + direction * STEP)];
    const inner = weight === 1 ? words : `(${words}:${weight})`;
    const from = weight === 1 ? block.start : block.start + 1;
    return { text: splice(text, block.start, block.end, inner), start: from, end: from + words.length };
  }
  const words = start === end ? wordAt(text, start) : trimmed(text, start, end);
  if (words === null) return null;
  const chosen = text.slice(words.start, words.end);
  const inner = `(${chosen}:${rounded(1 + direction * STEP)})`;
  return { text: splice(text, words.start, words.end, inner), start: words.start + 1, end: words.end + 1 };
}

const rounded = (value: number) => Number(value.toFixed(2));

const splice = (text: string, start: number, end: number, inner: string) =>
  text.slice(0, start) + inner + text.slice(end);

/** The match that the caret stands in. */
function around(text: string, at: number, search: RegExp) {
  for (const match of text.matchAll(search)) {
    const [whole, ...groups] = match;
    const end = match.index + whole.length;
    if (match.index <= at && at <= end) return { start: match.index, end, groups };
  }
  return null;
}

const PART_OF_WORD = /[^\s,.;:()[\]{}<>|\\]/;

function wordAt(text: string, at: number): Omit<Selected, "text"> | null {
  let [start, end] = [at, at];
  while (start > 0 && PART_OF_WORD.test(text[start - 1]!)) start--;
  while (end < text.length && PART_OF_WORD.test(text[end]!)) end++;
  return start === end ? null : { start, end };
}

function trimmed(text: string, start: number, end: number): Omit<Selected, "text"> | null {
  const chosen = text.slice(start, end);
  const from = start + (chosen.length - chosen.trimStart().length);
  const to = from + chosen.trim().length;
  return from === to ? null : { start: from, end: to };
}

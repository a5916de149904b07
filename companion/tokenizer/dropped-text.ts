interface Limits {
  /** Tokens that fit. */
  readonly room: number;
  readonly tokenize: (text: string) => readonly number[];
}

/** Where CLIP starts a new word: a run of letters, one digit, a run of anything else that is not white space. */
const WORD = /\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu;

/**
 * The end of `text` that the first `room` tokens do not cover, as it was typed (in Unicode's composed form), beginning with the first
 * word that is not covered to its end.
 */
export function droppedText(text: string, { room, tokenize }: Limits): string {
  const composed = text.normalize("NFC");
  const words = [...composed.matchAll(WORD)].map(({ index, 0: word }) => ({ begin: index, end: index + word.length }));
  // The largest number of words that fits. More words never take fewer tokens.
  let [fits, tooMany] = [0, words.length];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (tokenize(composed.slice(0, words[middle - 1]!.end)).length <= room) fits = middle;
    else tooMany = middle;
  }
  return composed.slice(words[fits]?.begin ?? 0).trimEnd();
}

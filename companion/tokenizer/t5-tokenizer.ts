/** T5's unigrams exactly as transformers 5 reads them (models/t5/tokenization_t5.py, huggingface/tokenizers). */
import { Problem } from "../../shared/problem.ts";
import { createCharsmap, type Normalizer } from "./charsmap.ts";
import { droppedText } from "./dropped-text.ts";
import type { SentencePieceModel } from "./sentence-piece.ts";
import type { Encoding, PromptTokenizer } from "./tokenizer.ts";
import { createUnigram } from "./unigram.ts";

export interface T5TokenizerOptions extends SentencePieceModel {
  /** Positions, the end token included. */
  readonly maxLength: number;
  /** What the tables come from, for messages. */
  readonly origin: string;
}

const PAD = "<pad>";
const END = "</s>";
const UNKNOWN = "<unk>";
/** Marks of gaps, which T5 was taught with: beside the pieces, the last ones first. */
const GAPS = 100;
/** Stands for a space, and before every word. */
const SPACE = "▁";

/** Throws Problem "config-invalid" where a token of T5's own is not among the pieces. */
export function createT5Tokenizer({ pieces, charsmap, maxLength, origin }: T5TokenizerOptions): PromptTokenizer {
  const gaps = Array.from({ length: GAPS }, (_, i) => `<extra_id_${GAPS - 1 - i}>`);
  const all = pieces.some(([piece]) => piece === gaps[0])
    ? pieces
    : [...pieces, ...gaps.map((gap) => [gap, 0] as const)];
  const ids = new Map(all.map(([piece], id) => [piece, id]));
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw new Problem("config-invalid", `"${origin}" lacks T5's own token "${token}": download the model again.`);
  };
  const [padId, endId, unknownId] = [idOf(PAD), idOf(END), idOf(UNKNOWN)];
  const marks = new RegExp(`(${[PAD, END, UNKNOWN, "<extra_id_\\d{1,2}>"].join("|")})`);
  const normalize: Normalizer = charsmap ? createCharsmap(charsmap, origin) : (text) => text;
  // Made when it is first needed.
  let made: ((word: string) => number[]) | undefined;

  const tokenize = (text: string): number[] => {
    made ??= createUnigram(all, unknownId);
    const unigram = made;
    // Every second part is a mark that someone typed.
    return text.split(marks).flatMap((part, i) => {
      const mark = i % 2 === 1 ? ids.get(part) : undefined;
      return mark ?? wordsIn(normalize(part)).flatMap(unigram);
    });
  };
  const encode = (text: string): Encoding => {
    const own = tokenize(text);
    const room = maxLength - 1;
    const kept = own.slice(0, room);
    const dropped = own.length > room ? droppedText(text, { room, tokenize }) : undefined;
    return {
      ids: [...kept, endId, ...Array<number>(room - kept.length).fill(padId)],
      tokens: kept.length + 1,
      ...(dropped !== undefined && { dropped }),
    };
  };
  return { encode, maxLength, vocabSize: all.length };
}

/** Each with the mark of a space before it, and in its parts where that mark stands in it. */
const wordsIn = (text: string): string[] =>
  text
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== "")
    .flatMap((word) => (word.startsWith(SPACE) ? word : SPACE + word).match(/▁[^▁]*/g)!);

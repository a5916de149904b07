/** Byte-pair encodings of language models exactly as transformers 5 reads them, on Hugging Face's own library. */
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { Problem } from "../../shared/problem.ts";
import { droppedText } from "./dropped-text.ts";
import type { Encoding, PromptTokenizer } from "./tokenizer.ts";

/** A token that is recognised where someone types it, as in tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** True: found in the composed form of the text as well. */
  readonly normalized: boolean;
  readonly special: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** What is put around a prompt. */
export interface ChatTemplate {
  readonly before: string;
  readonly after: string;
}

export interface ChatVocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  /** "i n", most frequent first. */
  readonly merges: readonly string[];
  readonly added: readonly AddedToken[];
  /** What fills the rest: "<|endoftext|>". */
  readonly pad: string;
}

/** How texts are taken apart before they are merged. */
export interface WordRules {
  /** A regular expression (with flag u) for a word; null: a text is one. */
  readonly words: string | null;
  /** Whether texts are brought into Unicode's composed form first. */
  readonly composed: boolean;
  /** Whether a word that is in the vocabulary stays whole, whatever its merges make. */
  readonly wholeWords: boolean;
}

export interface ChatTokenizerOptions extends ChatVocabulary, WordRules {
  /** Positions, all that the model's template adds included. */
  readonly maxLength: number;
  readonly template: ChatTemplate;
  /** The id of what stands where a prompt makes no token. Default: nothing does. */
  readonly alone?: number;
}

/** One that knows the ids of its marks. */
export interface MarkTokenizer extends PromptTokenizer {
  /** Throws Problem "config-invalid" where it has no such token. */
  idOf(content: string): number;
}

/** Throws Problem "config-invalid" where a token of the template is not in the vocabulary. */
export function createChatTokenizer(options: ChatTokenizerOptions): MarkTokenizer {
  const { vocab, added, pad, maxLength, alone } = options;
  const { before, after } = options.template;
  const idOf = (content: string): number => {
    const id =
      added.find((token) => token.content === content)?.id ?? (Object.hasOwn(vocab, content) && vocab[content]);
    if (typeof id === "number") return id;
    throw new Problem("config-invalid", `The tokenizer's vocabulary lacks its own token "${content}".`);
  };
  const padId = idOf(pad);
  for (const token of (before + after).match(/<[^>]+>/g) ?? []) idOf(token);
  // Made when it is first needed: a vocabulary of 150,000 tokens takes a second.
  let made: Library | undefined;
  const tokenize = (text: string): number[] => {
    made ??= makeLibrary(options);
    return made.encode(text, { add_special_tokens: false }).ids;
  };
  const encode = (prompt: string): Encoding => {
    const whole = tokenize(before + prompt + after);
    const all = whole.length === 0 && alone !== undefined ? [alone] : whole;
    const kept = all.slice(0, maxLength);
    const ids = [...kept, ...Array<number>(maxLength - kept.length).fill(padId)];
    const room = maxLength - tokenize(before).length;
    const own = all.length > maxLength ? tokenize(prompt).length : 0;
    return { ids, tokens: kept.length, ...(own > room && { dropped: droppedText(prompt, { room, tokenize }) }) };
  };
  const ids = [...Object.values(vocab), ...added.map(({ id }) => id)];
  return { encode, idOf, maxLength, vocabSize: 1 + ids.reduce((a, b) => Math.max(a, b), 0) };
}

function makeLibrary({ vocab, merges, added, words, composed, wholeWords }: ChatTokenizerOptions): Library {
  const split = (pattern: string) =>
    ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false }) as const;
  return new Library(
    {
      added_tokens: [...added],
      normalizer: composed ? { type: "NFC" } : null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          ...(words === null ? [] : [split(words)]),
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: {
        type: "BPE",
        vocab,
        merges,
        ignore_merges: wholeWords,
        end_of_word_suffix: "",
        continuing_subword_prefix: "",
        unk_token: undefined,
      },
    },
    {},
  );
}

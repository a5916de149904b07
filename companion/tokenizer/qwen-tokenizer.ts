/** Qwen's byte-pair encoding exactly as transformers 5 builds it (models/qwen2/tokenization_qwen2.py), on Hugging Face's own library. */
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

export interface QwenTokenizerOptions {
  readonly vocab: Readonly<Record<string, number>>;
  /** "i n", most frequent first. */
  readonly merges: readonly string[];
  readonly added: readonly AddedToken[];
  /** What fills the rest: "<|endoftext|>". */
  readonly pad: string;
  /** Positions, all that the model's template adds included. */
  readonly maxLength: number;
  readonly template: ChatTemplate;
}

/** What is put around a prompt. */
export interface ChatTemplate {
  readonly before: string;
  readonly after: string;
}

/** One that knows the ids of its marks. */
export interface MarkTokenizer extends PromptTokenizer {
  /** Throws Problem "config-invalid" where it has no such token. */
  idOf(content: string): number;
}

/** The tables alone. */
export type QwenVocabulary = Omit<QwenTokenizerOptions, "maxLength" | "template">;

/** As published, its first part spelled out: not every Node knows (?i:…). Ignoring case, s is ſ as well. */
const WORDS =
  "'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** One turn of a user, to be answered, after what the system says, if it says anything. */
export const chatTurn = (system = "", answer = ""): ChatTemplate => ({
  before: `${system === "" ? "" : `<|im_start|>system\n${system}<|im_end|>\n`}<|im_start|>user\n`,
  after: `<|im_end|>\n<|im_start|>assistant\n${answer}`,
});

/** What Qwen3's chat template makes of a prompt: that thinking is over, or nothing of it. */
export const QWEN3_TURN = { over: chatTurn("", "<think>\n\n</think>\n\n"), open: chatTurn() };

/** Throws Problem "config-invalid" where a token of the template is not in the vocabulary. */
export function createQwenTokenizer({
  vocab,
  merges,
  added,
  pad,
  maxLength,
  template: { before, after },
}: QwenTokenizerOptions): MarkTokenizer {
  const idOf = (content: string): number => {
    const id =
      added.find((token) => token.content === content)?.id ?? (Object.hasOwn(vocab, content) && vocab[content]);
    if (typeof id === "number") return id;
    throw new Problem("config-invalid", `The tokenizer's vocabulary lacks its own token "${content}".`);
  };
  const padId = idOf(pad);
  for (const token of (before + after).match(/<[^>]+>/g) ?? []) idOf(token);
  // Made when it is first needed: Qwen's vocabulary takes a second.
  let made: Library | undefined;
  const tokenize = (text: string): number[] => {
    made ??= makeLibrary({ vocab, merges, added });
    return made.encode(text, { add_special_tokens: false }).ids;
  };
  const encode = (prompt: string): Encoding => {
    const all = tokenize(before + prompt + after);
    const kept = all.slice(0, maxLength);
    const ids = [...kept, ...Array<number>(maxLength - kept.length).fill(padId)];
    const room = maxLength - tokenize(before).length;
    const own = all.length > maxLength ? tokenize(prompt).length : 0;
    return { ids, tokens: kept.length, ...(own > room && { dropped: droppedText(prompt, { room, tokenize }) }) };
  };
  const ids = [...Object.values(vocab), ...added.map(({ id }) => id)];
  return { encode, idOf, maxLength, vocabSize: 1 + ids.reduce((a, b) => Math.max(a, b), 0) };
}

function makeLibrary({ vocab, merges, added }: Pick<QwenTokenizerOptions, "vocab" | "merges" | "added">): Library {
  return new Library(
    {
      added_tokens: [...added],
      normalizer: { type: "NFC" },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: {
        type: "BPE",
        vocab,
        merges,
        end_of_word_suffix: "",
        continuing_subword_prefix: "",
        unk_token: undefined,
      },
    },
    {},
  );
}

/** CLIP's tokenizer exactly as transformers 5 builds it (models/clip/tokenization_clip.py), on Hugging Face's own library. */
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { Problem } from "../../shared/problem.ts";
import { droppedText } from "./dropped-text.ts";
import type { Encoding, Tokenizer } from "./tokenizer.ts";

/** A token that is recognised where someone types it, as in tokenizer_config.json. */
export interface SpecialToken {
  readonly content: string;
  /** True: found after lower-casing as well. */
  readonly normalized?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

export interface ClipTokenizerOptions {
  readonly vocab: Readonly<Record<string, number>>;
  /** "i n", most frequent first. */
  readonly merges: readonly string[];
  /** Positions of the text encoder, start and end token included. */
  readonly maxLength: number;
  /** CLIP's own where absent. */
  readonly start?: SpecialToken;
  readonly end?: SpecialToken;
  readonly pad?: SpecialToken;
  readonly unknown?: SpecialToken;
}

const START: SpecialToken = { content: "<|startoftext|>" };
const END: SpecialToken = { content: "<|endoftext|>" };

const WORDS = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** Throws Problem "config-invalid" where a special token is not in the vocabulary. */
export function createClipTokenizer(options: ClipTokenizerOptions): Tokenizer {
  const { vocab, merges, maxLength, start = START, end = END, pad = end, unknown = end } = options;
  const idOf = ({ content }: SpecialToken): number => {
    if (Object.hasOwn(vocab, content)) return vocab[content]!;
    throw new Problem("config-invalid", `The tokenizer's vocabulary lacks its own token "${content}".`);
  };
  const [startId, endId, padId] = [idOf(start), idOf(end), idOf(pad)];
  const special = new Map([start, end, pad, unknown].map((token) => [token.content, token]));
  // Made when it is first needed: a tenth of a second for CLIP's vocabulary.
  let made: Library | undefined;
  const library = (): Library => {
    made ??= makeLibrary(
      { vocab, merges, unknown },
      [...special.values()].map((token) => ({ ...token, id: idOf(token) })),
    );
    return made;
  };

  // The library lower-cases whole texts, where a capital sigma at the end of a word becomes ς; transformers goes by letters.
  // And it takes a text that is a special token only once it is lower-cased for one; the space, which counts for nothing, prevents that.
  const tokenize = (text: string): number[] => library().encode(` ${text.replaceAll("Σ", "σ")}`).ids;

  const encode = (text: string): Encoding => {
    const all = tokenize(text);
    const room = maxLength - 2;
    const kept = all.slice(0, room);
    const ids = [startId, ...kept, endId, ...Array<number>(room - kept.length).fill(padId)];
    const dropped = all.length > room ? droppedText(text, { room, tokenize }) : undefined;
    return { ids, tokens: kept.length + 2, ...(dropped === undefined ? {} : { dropped }) };
  };
  const vocabSize = 1 + Object.values(vocab).reduce((a, b) => Math.max(a, b), 0);
  return { encode, tokenize, maxLength, vocabSize, startId, endId, padId };
}

function makeLibrary(
  { vocab, merges, unknown }: Pick<Required<ClipTokenizerOptions>, "vocab" | "merges" | "unknown">,
  special: readonly (SpecialToken & { readonly id: number })[],
): Library {
  return new Library(
    {
      added_tokens: special.map((token) => ({ normalized: false, ...token, special: true })),
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "NFC" },
          { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
          { type: "Lowercase" },
        ],
      },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: WORDS }, behavior: "Removed", invert: true },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
        ],
      },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: {
        type: "BPE",
        vocab,
        merges,
        end_of_word_suffix: "</w>",
        continuing_subword_prefix: "",
        unk_token: unknown.content,
      },
    },
    {},
  );
}

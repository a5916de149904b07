/** A tokenizer folder of Mistral's language models, as transformers 5 writes it. */
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import {
  type AddedToken,
  type ChatTokenizerOptions,
  createChatTokenizer,
  type MarkTokenizer,
} from "../../tokenizer/chat-tokenizer.ts";
import { wordPattern } from "../../tokenizer/word-pattern.ts";
import { readJsonFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { addedTokens } from "./added-tokens.ts";
import { asObject, vocabularyIn } from "./tokenizer-folder.ts";

type Json = Readonly<Record<string, unknown>>;

/** GPT-2's, which ByteLevel takes texts apart with where nothing else does. */
const BYTE_LEVEL_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * tokenizer.json and tokenizer_config.json: a byte-level BPE, its words, and what its post-processor puts before a text. Source:
 * transformers, tokenization_utils_tokenizers.py, TokenizersBackend. `template`: for files that say nothing. Throws Problem
 * "config-invalid" where it does what this version cannot, and as `readJsonFile`.
 */
export function openTekkenFolder(
  folder: string,
  { maxLength, template: _, ...options }: OpenOptions & Pick<ChatTokenizerOptions, "maxLength" | "template">,
): MarkTokenizer {
  const label = path.basename(folder);
  const json = (name: string) => asObject(readJsonFile(path.join(folder, name), options), `${label}/${name}`);
  const [whole, config] = [json("tokenizer.json"), json("tokenizer_config.json")];
  const refuse = (what: string): never => {
    throw new Problem("config-invalid", `"${label}/tokenizer.json" ${what}, which this version cannot do.`);
  };
  const model = asObject(whole.model, label);
  if (model.type !== "BPE") refuse("is no byte-pair encoding");
  const { vocab, merges } = vocabularyIn(whole, label);
  const added = addedTokens(whole.added_tokens, label);
  const before = beginOf(whole.post_processor, config, refuse);
  const name = (value: unknown) => (typeof value === "string" ? value : asObject(value ?? undefined, label).content);
  const known = (content: unknown): content is string =>
    typeof content === "string" && (added.some((token) => token.content === content) || Object.hasOwn(vocab, content));
  const begin = name(config.bos_token);
  const pad = [name(config.pad_token), begin, added[0]?.content].find(known) ?? refuse("has no mark to fill up with");
  const longest = config.model_max_length ?? maxLength;
  if (typeof longest !== "number" || !(longest >= 2)) refuse("leaves no room for a prompt");
  return createChatTokenizer({
    ...{ vocab, merges, added: [...added, ...madeOf(before, { vocab, added })], pad },
    ...{ words: wordsOf(whole.pre_tokenizer, label, refuse), composed: isComposed(whole.normalizer, refuse) },
    wholeWords: model.ignore_merges === true,
    maxLength: Math.min(Math.floor(longest as number), maxLength),
    template: { before: before.join(""), after: "" },
    // Source: diffusers, pipeline_ernie_image.py, encode_prompt.
    alone: idOf(begin, { vocab, added }) ?? 0,
  });
}

type Refuse = (what: string) => never;
type Tables = Pick<ChatTokenizerOptions, "vocab" | "added">;

const idOf = (content: unknown, { vocab, added }: Tables): number | undefined =>
  added.find((token) => token.content === content)?.id ??
  (typeof content === "string" && Object.hasOwn(vocab, content) ? vocab[content] : undefined);

/** Marks that are tokens of the vocabulary alone are recognised as well: transformers adds those that a text begins with. */
function madeOf(marks: readonly string[], tables: Tables): AddedToken[] {
  const missing = marks.filter((content) => !tables.added.some((token) => token.content === content));
  return missing.flatMap((content) => {
    const id = idOf(content, tables);
    return id === undefined ? [] : [{ id, content, special: true, normalized: false, lstrip: false, rstrip: false }];
  });
}

/** Before a text; what would stand behind it is refused. */
function beginOf(processor: unknown, config: Json, refuse: Refuse): string[] {
  if (config.add_eos_token === true) refuse("puts a mark behind texts");
  // Said by name it counts, whatever the file's own post-processor does.
  const says = config.add_bos_token !== undefined || config.add_eos_token !== undefined;
  if (says || processor === undefined || processor === null)
    return config.add_bos_token === true && typeof config.bos_token === "string" ? [config.bos_token] : [];
  return inProcessor(processor, refuse);
}

function inProcessor(processor: unknown, refuse: Refuse): string[] {
  const { type, processors, single } = asObject(processor, "post_processor");
  if (type === "ByteLevel") return [];
  if (type === "Sequence" && Array.isArray(processors)) return processors.flatMap((one) => inProcessor(one, refuse));
  if (type !== "TemplateProcessing" || !Array.isArray(single)) return refuse("ends texts in its own way");
  const parts = single.map((part) => asObject(part, "post_processor"));
  const text = parts.findIndex(({ Sequence }) => Sequence !== undefined);
  if (text !== parts.length - 1) refuse("puts a mark behind texts");
  return parts.slice(0, text).map(({ SpecialToken }) => {
    const { id } = asObject(SpecialToken, "post_processor");
    return typeof id === "string" ? id : refuse("begins texts with no mark");
  });
}

function isComposed(normalizer: unknown, refuse: Refuse): boolean {
  if (normalizer === undefined || normalizer === null) return false;
  const { type, normalizers } = asObject(normalizer, "normalizer");
  if (type === "NFC") return true;
  if (type === "Sequence" && Array.isArray(normalizers) && normalizers.length < 2)
    return isComposed(normalizers[0], refuse);
  return refuse("changes texts before it reads them");
}

/** Split and ByteLevel, as Mistral's are, or ByteLevel alone. */
function wordsOf(taker: unknown, label: string, refuse: Refuse): string | null {
  const { type, pretokenizers } = asObject(taker, "pre_tokenizer");
  const all = (type === "Sequence" && Array.isArray(pretokenizers) ? pretokenizers : [taker]).map((one) =>
    asObject(one, "pre_tokenizer"),
  );
  const bytes = all.pop();
  if (bytes?.type !== "ByteLevel" || bytes.add_prefix_space === true || all.length > 1)
    return refuse("takes texts apart in its own way");
  const [split] = all;
  const own = bytes.use_regex !== false;
  if (split === undefined) return own ? BYTE_LEVEL_WORDS : null;
  const { Regex } = asObject(split.pattern, "pre_tokenizer");
  if (own || split.type !== "Split" || split.invert === true || split.behavior !== "Isolated")
    return refuse("takes texts apart in its own way");
  return wordPattern(Regex, `${label}/tokenizer.json`);
}

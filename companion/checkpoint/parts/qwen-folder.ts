import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { MarkTokenizer } from "../../tokenizer/chat-tokenizer.ts";
import { createQwenTokenizer, type QwenTokenizerOptions } from "../../tokenizer/qwen-tokenizer.ts";
import { readJsonFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { addedTokens } from "./added-tokens.ts";
import { asObject, readVocabulary } from "./tokenizer-folder.ts";

/**
 * The tokenizer folder of a Qwen model: tokenizer.json, or vocab.json and merges.txt with tokenizer_config.json. Of the
 * pipelines in tokenizer.json only the tables are read: what is done with them is the same in every one of Qwen's. Throws
 * Problem "config-invalid" and as `readTextFile`.
 */
export function openQwenFolder(
  folder: string,
  { maxLength, template, ...options }: OpenOptions & Pick<QwenTokenizerOptions, "maxLength" | "template">,
): MarkTokenizer {
  const label = path.basename(folder);
  const json = (name: string) => asObject(readJsonFile(path.join(folder, name), options), `${label}/${name}`);
  const config = json("tokenizer_config.json");
  const kind = config.tokenizer_class;
  if (kind !== undefined && !["Qwen2Tokenizer", "Qwen2TokenizerFast"].includes(kind as string))
    throw new Problem("config-invalid", `"${label}" is a ${String(kind)}, but only Qwen2Tokenizer is supported.`);
  const pad = typeof config.pad_token === "string" ? config.pad_token : "<|endoftext|>";
  // tokenizer.json has ten million bytes: it is read where nothing else says what it says.
  const decoder = Object.entries(asObject(config.added_tokens_decoder, label));
  const listed = decoder.length > 0 ? undefined : json("tokenizer.json").added_tokens;
  const said = decoder.map(([id, token]) => ({ ...asObject(token, label), id: Number(id) }));
  return createQwenTokenizer({
    ...readVocabulary(folder, options),
    added: addedTokens(Array.isArray(listed) ? listed : said, label),
    ...{ pad, maxLength, template },
  });
}

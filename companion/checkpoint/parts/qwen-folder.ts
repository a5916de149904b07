import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import {
  type AddedToken,
  createQwenTokenizer,
  type MarkTokenizer,
  type QwenTokenizerOptions,
} from "../../tokenizer/qwen-tokenizer.ts";
import { readJsonFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { asObject, readVocabulary } from "./tokenizer-folder.ts";

/** Of Qwen's, a few dozen. */
const MAX_ADDED = 1000;

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
  const added: readonly unknown[] = Array.isArray(listed) ? listed : said;
  if (added.length > MAX_ADDED)
    throw new Problem("config-invalid", `"${label}" adds ${added.length} tokens, where ${MAX_ADDED} are allowed.`);
  return createQwenTokenizer({
    ...readVocabulary(folder, options),
    added: added.map((token) => addedToken(token, label)),
    ...{ pad, maxLength, template },
  });
}

function addedToken(value: unknown, label: string): AddedToken {
  const { id, content, ...flags } = asObject(value, label);
  const isText = typeof content === "string" && content !== "" && content.length <= 100;
  if (!isText || !Number.isInteger(id) || (id as number) < 0 || (id as number) >= 1 << 24)
    throw new Problem("config-invalid", `"${label}" adds a token that is none: download the model again.`);
  const flag = (name: string) => flags[name] === true;
  return {
    ...{ id: id as number, content, normalized: flag("normalized"), special: flag("special") },
    ...{ lstrip: flag("lstrip"), rstrip: flag("rstrip") },
  };
}

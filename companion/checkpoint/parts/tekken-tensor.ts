import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { type ChatTokenizerOptions, createChatTokenizer, type MarkTokenizer } from "../../tokenizer/chat-tokenizer.ts";
import { tekkenVocabulary } from "../../tokenizer/tekken.ts";
import { parseJsonText } from "../files/json-file.ts";
import { readBytes } from "../files/tensor-data.ts";

/** In which ComfyUI keeps tekken.json in the files of Mistral's language models. */
export const TEKKEN_TENSOR = "tekken_model";

/** Mistral's own has 20 million bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The tokenizer in such a tensor. Throws Problem "config-invalid", "file-changed". `origin`: its file, for messages. */
export function tekkenTokenizer(
  ref: WeightRef,
  origin: string,
  { maxLength, template }: Pick<ChatTokenizerOptions, "maxLength" | "template">,
): MarkTokenizer {
  if (ref.type !== "U8" || ref.byteLength > MAX_BYTES)
    throw new Problem("config-invalid", `"${origin}" holds a tokenizer that is none: download it again.`);
  const json = parseJsonText(new TextDecoder().decode(readBytes(ref)), `${origin}: ${TEKKEN_TENSOR}`);
  const rules = { composed: false, wholeWords: true };
  return createChatTokenizer({ ...tekkenVocabulary(json, origin), ...rules, maxLength, template });
}

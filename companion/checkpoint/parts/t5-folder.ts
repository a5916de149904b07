import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { readSentencePiece, type SentencePieceModel } from "../../tokenizer/sentence-piece.ts";
import { createT5Tokenizer } from "../../tokenizer/t5-tokenizer.ts";
import type { PromptTokenizer } from "../../tokenizer/tokenizer.ts";
import type { Piece } from "../../tokenizer/unigram.ts";
import { readJsonFile, readSmallFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { asObject } from "./tokenizer-folder.ts";

export const T5_TOKENIZER_FILES = ["spiece.model", "tokenizer.json"] as const;

/**
 * The tokenizer folder of a T5: spiece.model, or tokenizer.json, of which only the tables are read: what is done with them is the
 * same in every T5's. Throws Problem "config-invalid" and as `readTextFile`.
 */
export function openT5Folder(
  folder: string,
  { maxLength, ...options }: OpenOptions & { readonly maxLength: number },
): PromptTokenizer {
  const label = path.basename(folder);
  const bytes = readSmallFile(path.join(folder, T5_TOKENIZER_FILES[0]), options);
  const tables = bytes ? readSentencePiece(bytes, `${label}/${T5_TOKENIZER_FILES[0]}`) : tablesIn(folder, options);
  return createT5Tokenizer({ ...tables, maxLength, origin: label });
}

function tablesIn(folder: string, options: OpenOptions): SentencePieceModel {
  const label = `${path.basename(folder)}/${T5_TOKENIZER_FILES[1]}`;
  const whole = asObject(readJsonFile(path.join(folder, T5_TOKENIZER_FILES[1]), options), label);
  const { type, vocab } = asObject(whole.model, label);
  if (type !== "Unigram" || !Array.isArray(vocab) || !vocab.every(isPiece))
    throw new Problem("config-invalid", `"${label}" has no valid vocabulary of a T5: download the model again.`);
  const table = charsmapIn(whole.normalizer);
  return { pieces: vocab, ...(table !== undefined && { charsmap: new Uint8Array(Buffer.from(table, "base64")) }) };
}

const isPiece = (value: unknown): value is Piece =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === "string" &&
  typeof value[1] === "number" &&
  Number.isFinite(value[1]);

/** Of a normaliser, or of one in a row of them; the others change nothing for a T5. */
function charsmapIn(normalizer: unknown): string | undefined {
  if (typeof normalizer !== "object" || normalizer === null) return undefined;
  const { type, precompiled_charsmap: table, normalizers } = normalizer as Record<string, unknown>;
  if (type === "Precompiled" && typeof table === "string") return table;
  if (!Array.isArray(normalizers)) return undefined;
  return normalizers.map(charsmapIn).find((found) => found !== undefined);
}

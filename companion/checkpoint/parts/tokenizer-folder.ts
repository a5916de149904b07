import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { type ClipTokenizerOptions, createClipTokenizer, type SpecialToken } from "../../tokenizer/clip-tokenizer.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { readJsonFile, readTextFile } from "../files/json-file.ts";
import type { OpenOptions } from "../files/safetensors.ts";

type Json = Readonly<Record<string, unknown>>;

export interface TokenizerFolderOptions extends OpenOptions {
  /** The text encoder's positions: the longest that a prompt may be whatever the tokenizer says. */
  readonly positions: number;
}

/**
 * A tokenizer folder of transformers: vocab.json and merges.txt, or tokenizer.json, with tokenizer_config.json and
 * special_tokens_map.json where there are. Throws Problem "config-invalid" and as `readTextFile`.
 */
export function openTokenizerFolder(folder: string, { positions, within }: TokenizerFolderOptions): Tokenizer {
  const label = path.basename(folder);
  const json = (name: string) => asObject(readJsonFile(path.join(folder, name), { within }), `${label}/${name}`);
  const config = json("tokenizer_config.json");
  const kind = config.tokenizer_class;
  if (kind !== undefined && !["CLIPTokenizer", "CLIPTokenizerFast"].includes(kind as string))
    throw new Problem("config-invalid", `"${label}" is a ${String(kind)}, but only CLIPTokenizer is supported.`);
  // As transformers does: what added_tokens_decoder says makes special_tokens_map.json obsolete.
  const named = config.added_tokens_decoder === undefined ? { ...config, ...json("special_tokens_map.json") } : config;
  const special = (field: string) => specialToken(named[field], `${label}: ${field}`);
  const longest = config.model_max_length ?? positions;
  if (typeof longest !== "number" || !(longest >= 3))
    throw new Problem(
      "config-invalid",
      `"${label}" has model_max_length = ${JSON.stringify(longest)}, too short for a prompt.`,
    );
  return createClipTokenizer({
    ...readVocabulary(folder, { within }),
    maxLength: Math.min(Math.floor(longest), positions),
    start: special("bos_token"),
    end: special("eos_token"),
    unknown: special("unk_token"),
    pad: special("pad_token"),
  });
}

/** vocab.json and merges.txt, or what tokenizer.json has of them. Throws Problem "config-invalid". */
export function readVocabulary(folder: string, options: OpenOptions): Pick<ClipTokenizerOptions, "vocab" | "merges"> {
  const label = path.basename(folder);
  const vocab = readJsonFile(path.join(folder, "vocab.json"), options);
  const text = readTextFile(path.join(folder, "merges.txt"), options);
  if (vocab !== undefined && text !== undefined) {
    const lines = text.split(/\r?\n/).filter((line) => line !== "");
    const merges = lines[0]?.startsWith("#version") ? lines.slice(1) : lines;
    return checked(vocab, merges, label);
  }
  return vocabularyIn(readJsonFile(path.join(folder, "tokenizer.json"), options), label);
}

/** What tokenizer.json's content has of them. Throws Problem "config-invalid". `label`: the folder, for messages. */
export function vocabularyIn(json: unknown, label: string): Pick<ClipTokenizerOptions, "vocab" | "merges"> {
  const whole = asObject(json, `${label}/tokenizer.json`);
  const model = asObject(whole.model, `${label}/tokenizer.json`);
  const pairs = Array.isArray(model.merges) ? model.merges : [];
  return checked(
    model.vocab,
    pairs.map((pair) => (Array.isArray(pair) ? pair.join(" ") : pair)),
    label,
  );
}

function checked(
  vocab: unknown,
  merges: unknown[],
  label: string,
): { vocab: Record<string, number>; merges: string[] } {
  const ids = Object.values(asObject(vocab, label));
  const isId = (id: unknown) => Number.isInteger(id) && (id as number) >= 0 && (id as number) < 1 << 24;
  if (ids.length === 0 || !ids.every(isId))
    throw new Problem("config-invalid", `"${label}" has no valid vocabulary: download the model again.`);
  if (!merges.every((merge) => typeof merge === "string" && /^\S+ \S+$/.test(merge)))
    throw new Problem("config-invalid", `"${label}" has merges that are not pairs: download the model again.`);
  return { vocab: vocab as Record<string, number>, merges: merges as string[] };
}

/** "<|endoftext|>", or {content: "<|endoftext|>", …}. */
function specialToken(value: unknown, label: string): SpecialToken | undefined {
  if (value === undefined || value === null) return undefined;
  const token = typeof value === "string" ? { content: value } : asObject(value, label);
  const { content, normalized = false, lstrip = false, rstrip = false } = token as Partial<Record<string, unknown>>;
  if (typeof content !== "string" || content === "")
    throw new Problem("config-invalid", `"${label}" is not a token: download the model again.`);
  return { content, normalized: normalized === true, lstrip: lstrip === true, rstrip: rstrip === true };
}

/** {} where it is absent. Throws Problem "config-invalid". */
export function asObject(value: unknown, label: string): Json {
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new Problem("config-invalid", `"${label}" is not a JSON object: download the model again.`);
}

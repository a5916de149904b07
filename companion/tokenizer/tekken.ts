/**
 * Mistral's "tekken" vocabulary: tokens of bytes by rank, behind a thousand ids for marks. Source: transformers,
 * integrations/mistral/tokenizer.py, MistralConverter.
 */
import { Problem } from "../../shared/problem.ts";
import { lettersByByte } from "./byte-letters.ts";
import type { AddedToken, ChatVocabulary, WordRules } from "./chat-tokenizer.ts";
import { wordPattern } from "./word-pattern.ts";

/** What begins every prompt. */
export const TEKKEN_BEGIN = "<s>";

/** As published with it, where a file does not say. */
export const TEKKEN_WORDS =
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Of the largest, a few hundred thousand. */
const MAX_TOKENS = 1 << 19;
const MAX_BYTES = 1024;

/** tekken.json's content, of which nothing is believed. Throws Problem "config-invalid". `origin`: the file, for messages. */
export function tekkenVocabulary(json: unknown, origin: string): ChatVocabulary & Pick<WordRules, "words"> {
  const refuse = (what: string): never => {
    throw new Problem("config-invalid", `"${origin}" holds a tokenizer ${what}: download it again.`);
  };
  const { config, vocab, special_tokens: marks } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(vocab) || !Array.isArray(marks) || typeof config !== "object" || config === null)
    return refuse("that is not Mistral's");
  const said = config as Readonly<Record<string, unknown>>;
  const count = said.default_num_special_tokens ?? marks.length;
  const size = said.default_vocab_size ?? vocab.length + Number(count);
  const isCount = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TOKENS;
  if (!isCount(count) || !isCount(size) || size < count || marks.length > count) return refuse("of no valid size");
  const special = specialOf(marks, count) ?? refuse("whose marks are none");
  const byByte = lettersByByte();
  const tokens = vocab
    .slice(0, size - count)
    .map((one: unknown) => tokenOf(one, byByte) ?? refuse("of no valid tokens"));
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  if (ranks.size !== tokens.length) refuse("that has a token twice");
  const ids = [
    ...special.map((content, id) => [content, id] as const),
    ...[...ranks].map(([token, rank]) => [token, rank + count] as const),
  ];
  return {
    vocab: Object.fromEntries(ids),
    merges: mergesOf(tokens, ranks),
    added: special.map((content, id): AddedToken => {
      return { id, content, special: true, normalized: false, lstrip: false, rstrip: false };
    }),
    pad: special.includes("<pad>") ? "<pad>" : (special[0] ?? refuse("without marks")),
    words: said.pattern === undefined ? TEKKEN_WORDS : wordPattern(said.pattern, origin),
  };
}

/** By their ids; what no mark is named for is a filler. */
function specialOf(marks: readonly unknown[], count: number): string[] | undefined {
  const named = new Map<number, string>();
  for (const mark of marks) {
    const { rank, token_str: content } = (mark ?? {}) as { readonly rank?: unknown; readonly token_str?: unknown };
    if (!Number.isInteger(rank) || typeof content !== "string" || content === "" || content.length > 100) return;
    named.set(rank as number, content);
  }
  if (named.size !== marks.length || [...named.keys()].some((rank) => rank < 0 || rank >= marks.length)) return;
  return Array.from({ length: count }, (_, id) => named.get(id) ?? `<SPECIAL_${id}>`);
}

function tokenOf(one: unknown, byByte: readonly string[]): string | undefined {
  const { token_bytes: encoded } = (one ?? {}) as { readonly token_bytes?: unknown };
  if (typeof encoded !== "string" || encoded.length > 2 * MAX_BYTES) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length === 0 ? undefined : Array.from(bytes, (byte) => byByte[byte]!).join("");
}

/** Every way to make a token of two, by the token's rank, then by the parts'. */
function mergesOf(tokens: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  return tokens.flatMap((token) => {
    const ways: (readonly [string, string])[] = [];
    for (let cut = 1; cut < token.length; cut++) {
      const [left, right] = [token.slice(0, cut), token.slice(cut)];
      if (ranks.has(left) && ranks.has(right)) ways.push([left, right]);
    }
    const rank = (part: string) => ranks.get(part)!;
    ways.sort(([a, b], [c, d]) => rank(a) - rank(c) || rank(b) - rank(d));
    return ways.map(([left, right]) => `${left} ${right}`);
  });
}

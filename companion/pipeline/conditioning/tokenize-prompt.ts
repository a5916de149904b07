/** A request's prompts as ids, in chunks of the text encoder's length. */
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import { chunkTokens } from "../../prompt/chunk-tokens.ts";
import { parseAttention } from "../../prompt/parse-attention.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { droppedText } from "../../tokenizer/dropped-text.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { NamedEmbedding } from "../parsed-prompt.ts";
import { lowered } from "./lowered.ts";

/** One run of the text encoder. */
export interface Chunk {
  readonly ids: readonly number[];
  /** Emphasis, one for each id. Absent: none. */
  readonly weights?: readonly number[];
}

/** A prompt as one text encoder gets it. */
export interface TokenizedPrompt {
  readonly chunks: readonly Chunk[];
  /** "plain": start and end token included. "a1111": all chunks but the last count as full. */
  readonly tokens: number;
  /** The end of the text that did not fit; absent where all did. */
  readonly dropped?: string;
}

/** The new words of one text encoder: ids from `first` on. */
export interface NewWords {
  /** Longest name first. */
  readonly words: readonly { readonly name: string; readonly token: string; readonly ids: readonly number[] }[];
  /** [vectors, width] of all words; absent where there are none. */
  readonly table?: Tensor;
}

/** What of the embeddings a text encoder of this width takes. Throws Problem "adapter-mismatch" where none of the widths fits one. */
export function newWords(
  embeddings: readonly NamedEmbedding[],
  { widths, index, first }: { readonly widths: readonly number[]; readonly index: number; readonly first: number },
): NewWords {
  const words: { name: string; token: string; ids: number[] }[] = [];
  const rows: Float32Array[] = [];
  let next = first;
  for (const { name, token, tables, origin } of embeddings) {
    if (!tables.some(({ dims }) => widths.includes(dims[1]!)))
      throw new Problem(
        "adapter-mismatch",
        `The embedding "${origin}" is made for texts of width ${tables.map(({ dims }) => dims[1]).join(" and ")}, and this model's have ${widths.join(" and ")}: choose an embedding of the model's family.`,
      );
    const table = tables.find(
      ({ dims, encoder = index }) => dims[1] === widths[index] && (encoder === index || widths.length === 1),
    );
    if (!table) continue;
    words.push({ name, token, ids: Array.from({ length: table.dims[0]! }, () => next++) });
    rows.push(table.data);
  }
  words.sort((a, b) => b.name.length - a.name.length);
  if (rows.length === 0) return { words };
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return { words, table: tensor(data, [next - first, widths[index]!]) };
}

/** Reads `text` as the request's syntax says. */
export function tokenizePrompt(
  text: string,
  tokenizer: Tokenizer,
  { words }: NewWords,
  syntax: GenerateRequest["promptSyntax"],
): TokenizedPrompt {
  if (syntax === "a1111") return tokenizeInChunks(text, tokenizer, words);
  return words.length === 0 ? asOneChunk(tokenizer.encode(text)) : tokenizeWithWords(text, tokenizer, words);
}

const asOneChunk = ({ ids, tokens, dropped }: ReturnType<Tokenizer["encode"]>): TokenizedPrompt => ({
  ...{ chunks: [{ ids }], tokens },
  ...(dropped !== undefined && { dropped }),
});

/**
 * As transformers finds added tokens: wherever the lower-cased text has one, even within a word.
 * Source: diffusers, loaders/textual_inversion.py: `maybe_convert_prompt`, and `add_tokens` without `single_word`.
 */
function tokenizeWithWords(text: string, tokenizer: Tokenizer, words: NewWords["words"]): TokenizedPrompt {
  const tokenize = (part: string): number[] => {
    const lower = lowered(part);
    let [at, word] = [-1, words[0]!];
    for (const candidate of words) {
      const found = lower.indexOf(candidate.name);
      if (found !== -1 && (at === -1 || found < at)) [at, word] = [found, candidate];
    }
    if (at === -1) return tokenizer.tokenize(part);
    const end = at + word.name.length;
    // Only the exact spelling is replaced by all of its vectors, before the tokenizer finds the word in any case.
    const ids = part.slice(at, end) === word.token ? word.ids : word.ids.slice(0, 1);
    return [...tokenizer.tokenize(part.slice(0, at)), ...ids, ...tokenize(part.slice(end))];
  };
  const { maxLength, startId, endId, padId } = tokenizer;
  const room = maxLength - 2;
  const all = tokenize(text);
  const kept = all.slice(0, room);
  return asOneChunk({
    ids: [startId, ...kept, endId, ...Array<number>(room - kept.length).fill(padId)],
    tokens: kept.length + 2,
    ...(all.length > room && { dropped: droppedText(text, { room, tokenize }) }),
  });
}

/** Source: stable-diffusion-webui, modules/textual_inversion/textual_inversion.py, `find_embedding_at_position`. */
function tokenizeInChunks(text: string, tokenizer: Tokenizer, words: NewWords["words"]): TokenizedPrompt {
  const spelled = words.map(({ name, ids }) => ({ spelling: tokenizer.tokenize(name), ids }));
  const wordAt = (ids: readonly number[], at: number) =>
    spelled.find(({ spelling }) => spelling.length > 0 && spelling.every((id, i) => ids[at + i] === id));
  const encode = (part: string): number[] => {
    const plain = tokenizer.tokenize(part);
    const ids: number[] = [];
    for (let i = 0; i < plain.length; ) {
      const word = wordAt(plain, i);
      ids.push(...(word?.ids ?? [plain[i]!]));
      i += word?.spelling.length ?? 1;
    }
    return ids;
  };
  const lengths = new Map(words.map(({ ids }) => [ids[0], ids.length]));
  const { chunks, tokens } = chunkTokens(parseAttention(text), {
    ...{ encode, maxLength: tokenizer.maxLength, lengthAt: (ids, i) => lengths.get(ids[i]!) ?? 1 },
    ...{ startId: tokenizer.startId, endId: tokenizer.endId, padId: tokenizer.padId },
  });
  return { chunks: chunks, tokens };
}

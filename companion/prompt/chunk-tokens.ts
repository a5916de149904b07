import type { Segment } from "./parse-attention.ts";

/** One run of the text encoder: `ids` and `weights` have the encoder's full length (77), start and end token included. */
export interface Chunk {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/** What chunking needs to know of a tokenizer. */
export interface ChunkVocabulary {
  /** Text → ids, without start, end or padding. */
  encode(text: string): readonly number[];
  /** How many ids from `index` on are one word of several vectors, which no chunk's end may cut. Absent: always 1. */
  lengthAt?(ids: readonly number[], index: number): number;
  /** Positions of the text encoder, start and end token included (77). */
  readonly maxLength: number;
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
}

/** A1111's `comma_padding_backtrack`: so many tokens may move to the next chunk to keep a phrase together. */
const BACKTRACK = 20;

/**
 * Any number of tokens as chunks of the encoder's length. A chunk that fills up is cut behind its last comma, if that is
 * at most 20 tokens back; BREAK fills up the current one. There is always at least one chunk. (In the original, the vectors of
 * a new word stay behind when its phrase moves.)
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, modules/sd_hijack_clip.py, `tokenize_line` and `process_tokens`.
 */
export function chunkTokens(
  segments: readonly Segment[],
  vocabulary: ChunkVocabulary,
): { chunks: Chunk[]; tokens: number } {
  const { maxLength, startId, endId, padId } = vocabulary;
  const length = maxLength - 2;
  const comma = vocabulary.encode(",")[0];
  const chunks: Chunk[] = [];
  let ids: number[] = [];
  let weights: number[] = [];
  let lastComma = -1;
  let tokens = 0;

  const close = () => {
    const fill = length - ids.length;
    chunks.push({
      ids: [startId, ...ids, endId, ...Array<number>(fill).fill(padId)],
      weights: [1, ...weights, ...Array<number>(fill + 1).fill(1)],
    });
    ids = [];
    weights = [];
    lastComma = -1;
  };

  for (const segment of segments) {
    if ("break" in segment) {
      tokens += length;
      close();
      continue;
    }
    const all = vocabulary.encode(segment.text);
    for (const [index, id] of all.entries()) {
      if (ids.length + (vocabulary.lengthAt?.(all, index) ?? 1) > length && ids.length < length) {
        tokens += length;
        close();
      }
      if (id === comma) lastComma = ids.length;
      else if (ids.length === length && lastComma !== -1 && ids.length - lastComma <= BACKTRACK) {
        const moved = { ids: ids.splice(lastComma + 1), weights: weights.splice(lastComma + 1) };
        tokens += length;
        close();
        ({ ids, weights } = moved);
      }
      if (ids.length === length) {
        tokens += length;
        close();
      }
      ids.push(id);
      weights.push(segment.weight);
    }
  }
  if (ids.length > 0 || chunks.length === 0) {
    tokens += ids.length;
    close();
  }
  return { chunks, tokens };
}

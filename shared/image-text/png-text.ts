/** The texts that lie in a PNG under keywords: tEXt, zTXt and iTXt (PNG specification, third edition, section 11.3.3). */
import { inflate } from "./inflate.ts";
import { type PngChunk, pngChunks } from "./png-chunks.ts";

export const TEXT_LIMITS = { chunks: 64, bytes: 4 * 1024 * 1024, keyword: 79 } as const;

const latin1 = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** By keyword; the first of one keyword counts. What is damaged or beyond TEXT_LIMITS is left out. */
export async function pngTexts(bytes: Uint8Array): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  let chunks = 0;
  for (const chunk of pngChunks(bytes)) {
    if (!(chunk.type in READERS) || chunk.data.length > TEXT_LIMITS.bytes) continue;
    chunks += 1;
    if (chunks > TEXT_LIMITS.chunks) break;
    const [keyword, rest] = cut(chunk.data);
    if (rest === undefined || keyword.length === 0 || keyword.length > TEXT_LIMITS.keyword) continue;
    const name = latin1(keyword);
    const text = texts.has(name) ? undefined : await READERS[chunk.type]!(rest);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

/** What stands before the first zero, and after it; undefined where there is none. */
function cut(data: Uint8Array): readonly [Uint8Array, Uint8Array | undefined] {
  const zero = data.indexOf(0);
  return zero < 0 ? [data, undefined] : [data.subarray(0, zero), data.subarray(zero + 1)];
}

const inflated = (data: Uint8Array) => inflate(data, TEXT_LIMITS.bytes);

const READERS: Readonly<Record<PngChunk["type"], (rest: Uint8Array) => Promise<string | undefined>>> = {
  // Latin-1 by the standard. Some tools write UTF-8 all the same, whose bytes are then well formed.
  tEXt: async (rest) => wellFormed(rest) ?? latin1(rest),
  zTXt: async (rest) => {
    const text = rest[0] === 0 ? await inflated(rest.subarray(1)) : undefined;
    return text && (wellFormed(text) ?? latin1(text));
  },
  iTXt: async (rest) => {
    const [compressed, method] = rest;
    const [, after] = cut(rest.subarray(2)); // The language.
    const [, text] = after ? cut(after) : []; // The keyword, translated.
    if (text === undefined || (compressed === 1 && method !== 0)) return undefined;
    const plain = compressed === 1 ? await inflated(text) : text;
    return plain && utf8(plain);
  },
};

function wellFormed(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * SentencePiece's table of what texts are normalised to, as it lies in the model's file: a double-array trie (darts-clone) of
 * UTF-8, and the replacements, each ended by a zero. Kudo and Richardson 2018, section 3.3; huggingface/spm_precompiled, lib.rs.
 */
import { Problem } from "../../shared/problem.ts";

export type Normalizer = (text: string) => string;

/** Bytes from which on a cluster of characters is not looked up as one. */
const LONG = 6;
/** Letters, digits and marks of English: by themselves, each is a cluster of its own. */
const PLAIN = /^[!-~ ]*$/;
const PLAIN_LETTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** `bytes`: the whole table. Throws Problem "config-invalid" where it is none. `origin`: the file, for messages. */
export function createCharsmap(bytes: Uint8Array, origin: string): Normalizer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 4 ? Number.NaN : view.getUint32(0, true);
  if (!(size > 0 && size % 4 === 0 && 4 + size <= bytes.length))
    throw new Problem("config-invalid", `"${origin}" has no valid table of characters: download the model again.`);
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const replacements = bytes.subarray(4 + size);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const known = new Map<string, string | undefined>();

  const lookUp = (part: string): string | undefined => {
    if (known.has(part)) return known.get(part);
    const at = shortestPrefix(units, encoder.encode(part));
    const end = at === undefined ? -1 : replacements.indexOf(0, at);
    const found = end < 0 ? undefined : decoder.decode(replacements.subarray(at, end));
    known.set(part, found);
    return found;
  };
  // A table that folds case ("nmt_nfkc_cf") changes capitals.
  const keepsPlain = PLAIN_LETTERS.every((letter) => (lookUp(letter) ?? letter) === letter);
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return (text) => {
    if (keepsPlain && PLAIN.test(text)) return text;
    let normal = "";
    for (const { segment } of segmenter.segment(text)) {
      const whole = encoder.encode(segment).length < LONG ? lookUp(segment) : undefined;
      normal += whole ?? [...segment].map((character) => lookUp(character) ?? character).join("");
    }
    return normal;
  };
}

/** What the trie says of the shortest beginning of `key` that it holds; undefined where it holds none. */
function shortestPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  const offsetOf = (unit: number) => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  let at = offsetOf(units[0]!);
  for (const byte of key) {
    at ^= byte;
    const unit = units[at];
    if (byte === 0 || unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    at ^= offsetOf(unit);
    if ((unit >>> 8) & 1) return units[at] === undefined ? undefined : units[at]! & 0x7fffffff;
  }
  return undefined;
}

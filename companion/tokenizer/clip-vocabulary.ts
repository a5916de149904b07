/** CLIP's own vocabulary, for single files, which bring none. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { packageRoot } from "../root.ts";

export interface ClipVocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly string[];
}

let loaded: ClipVocabulary | undefined;

/**
 * 49,408 tokens, from the 48,894 merges in assets/: the 256 bytes, the same at the end of a word, the merges, start, end
 * (https://github.com/openai/CLIP, simple_tokenizer.py).
 */
export function clipVocabulary(): ClipVocabulary {
  loaded ??= readVocabulary();
  return loaded;
}

function readVocabulary(): ClipVocabulary {
  const file = path.join(packageRoot(), "companion", "tokenizer", "assets", "clip-merges.txt.gz");
  const merges = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
  const letters = byteLetters();
  const tokens = [
    ...letters,
    ...letters.map((letter) => `${letter}</w>`),
    ...merges.map((merge) => merge.replace(" ", "")),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

/**
 * GPT-2's letter for each byte (Radford et al. 2019): printable Latin-1 stands for itself, and comes first; the other 68 bytes
 * take the letters from U+0100 on.
 */
function byteLetters(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const itself = bytes.filter(printable).map((byte) => String.fromCodePoint(byte));
  const moved = bytes.filter((byte) => !printable(byte)).map((_, index) => String.fromCodePoint(256 + index));
  return [...itself, ...moved];
}

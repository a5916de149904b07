/** A PNG with texts under keywords, as other tools find them. */
import { pngChunk, pngChunks } from "./png-chunks.ts";
import { TEXT_LIMITS } from "./png-text.ts";
import { XMP_KEYWORD } from "./xmp.ts";

/**
 * The same picture, its bytes unchanged, with the texts after its header: as tEXt what is Latin-1, which is what the readers of
 * `parameters` look for, else as iTXt; never compressed, since some of them read neither zTXt nor compressed iTXt. What lay under
 * the same keywords is dropped. Throws RangeError where `png` is no PNG or a keyword is none.
 */
export function withPngTexts(png: Uint8Array, texts: ReadonlyMap<string, string>): Uint8Array {
  const chunks = [...pngChunks(png)];
  const [header] = chunks;
  if (header?.type !== "IHDR" || chunks.at(-1)?.type !== "IEND") throw new RangeError("This is no whole PNG.");
  const kept = chunks.slice(1).filter(({ type, data }) => !(TEXTS.has(type) && texts.has(keywordOf(data))));
  const parts = [
    png.subarray(0, header.end),
    ...[...texts].map(([keyword, text]) => textChunk(keyword, text)),
    ...kept.map(({ start, end }) => png.subarray(start, end)),
  ];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const TEXTS: ReadonlySet<string> = new Set(["tEXt", "zTXt", "iTXt"]);

const keywordOf = (data: Uint8Array): string => String.fromCharCode(...data.subarray(0, Math.max(0, data.indexOf(0))));

const isLatin1 = (text: string): boolean =>
  [...text].every((letter) => letter.codePointAt(0)! < 256 && letter !== "\0");

function textChunk(keyword: string, text: string): Uint8Array {
  if (!/^[\x20-\x7e]+$/.test(keyword) || keyword.length > TEXT_LIMITS.keyword)
    throw new RangeError(`"${keyword}" is no keyword.`);
  const name = Uint8Array.from(keyword, (letter) => letter.charCodeAt(0));
  if (isLatin1(text) && keyword !== XMP_KEYWORD)
    return pngChunk("tEXt", [name, [0], Uint8Array.from(text, (letter) => letter.charCodeAt(0))]);
  // Not compressed, no language, no translated keyword.
  return pngChunk("iTXt", [name, [0, 0, 0, 0, 0], new TextEncoder().encode(text)]);
}

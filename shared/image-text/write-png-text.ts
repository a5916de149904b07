/** A PNG with texts under keywords, as other tools find them. */
import { pngChunks } from "./png-chunks.ts";
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
    return chunk("tEXt", [name, [0], Uint8Array.from(text, (letter) => letter.charCodeAt(0))]);
  // Not compressed, no language, no translated keyword.
  return chunk("iTXt", [name, [0, 0, 0, 0, 0], new TextEncoder().encode(text)]);
}

function chunk(type: string, data: readonly ArrayLike<number>[]): Uint8Array {
  const length = data.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(12 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  bytes.set(
    Uint8Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  let at = 8;
  for (const part of data) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, crc32(bytes.subarray(4, at)));
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** PNG specification, third edition, annex D. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

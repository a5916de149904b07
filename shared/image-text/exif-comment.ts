/**
 * The comment of a photograph's EXIF block (tag UserComment, CIPA DC-008, section 4.6.6), where tools that write JPEG or WebP put
 * their settings.
 */
import { pngChunks } from "./png-chunks.ts";

/** Undefined: there is none. */
export function exifComment(image: Uint8Array): string | undefined {
  const block = exifBlock(image);
  return block && userComment(block);
}

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

/** The TIFF structure inside. */
function exifBlock(image: Uint8Array): Uint8Array | undefined {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (ascii(image, 0, 4) === "RIFF" && ascii(image, 8, 4) === "WEBP") {
    for (let at = 12; at + 8 <= image.length; ) {
      const length = view.getUint32(at + 4, true);
      const data = image.subarray(at + 8, at + 8 + length);
      if (ascii(image, at, 4) === "EXIF") return ascii(data, 0, 6) === "Exif\0\0" ? data.subarray(6) : data;
      at += 8 + length + (length % 2);
    }
    return undefined;
  }
  if (image[0] === 0xff && image[1] === 0xd8) {
    for (let at = 2; at + 4 <= image.length && image[at] === 0xff; ) {
      const length = view.getUint16(at + 2);
      const marker = image[at + 1];
      if (marker === 0xda) return undefined;
      if (marker === 0xe1 && ascii(image, at + 4, 6) === "Exif\0\0") return image.subarray(at + 10, at + 2 + length);
      at += 2 + length;
    }
    return undefined;
  }
  for (const { type, data } of pngChunks(image)) if (type === "eXIf") return data;
  return undefined;
}

const EXIF_IFD = 0x8769;
const USER_COMMENT = 0x9286;

function userComment(tiff: Uint8Array): string | undefined {
  const order = ascii(tiff, 0, 2);
  if ((order !== "II" && order !== "MM") || tiff.length < 8) return undefined;
  const little = order === "II";
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const first = view.getUint32(4, little);
  const own = entry(view, first, USER_COMMENT, little);
  const pointer = entry(view, first, EXIF_IFD, little);
  const place = own ?? (pointer && entry(view, view.getUint32(pointer.value, little), USER_COMMENT, little));
  if (!place) return undefined;
  const start = place.count <= 4 ? place.value : view.getUint32(place.value, little);
  if (start + place.count > tiff.length) return undefined;
  return decode(tiff.subarray(start, start + place.count), little);
}

/** Where an entry's four bytes lie, and how many bytes its value has. */
function entry(view: DataView, directory: number, tag: number, little: boolean) {
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) return undefined;
    if (view.getUint16(at, little) === tag) return { value: at + 8, count: view.getUint32(at + 4, little) };
  }
  return undefined;
}

/** Eight letters name the encoding. Without them it is plain text. */
function decode(bytes: Uint8Array, little: boolean): string {
  const code = ascii(bytes, 0, 8);
  if (code === "UNICODE\0") return utf16(bytes.subarray(8), little);
  const known = code === "ASCII\0\0\0" || code === "\0\0\0\0\0\0\0\0" || code === "JIS\0\0\0\0\0";
  return new TextDecoder().decode(known ? bytes.subarray(8) : bytes).replace(/\0+$/, "");
}

/** Writers disagree on whether it follows the block's byte order: whichever half holds the zeros of plain letters tells. */
function utf16(bytes: Uint8Array, little: boolean): string {
  let [even, odd] = [0, 0];
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    if (bytes[i] === 0) even += 1;
    if (bytes[i + 1] === 0) odd += 1;
  }
  const isLittle = even === odd ? little : odd > even;
  return new TextDecoder(isLittle ? "utf-16le" : "utf-16be").decode(bytes).replace(/\0+$/, "");
}

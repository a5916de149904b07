/** The small picture of what a model draws, from what lies beside it or in its file's header. */

import { THUMBNAIL_SIDE } from "../../shared/protocol.ts";
import type { OpenOptions } from "../checkpoint/files/safetensors.ts";
import { openSafetensors } from "../checkpoint/files/safetensors.ts";
import sharp from "../sharp.ts";
import { readBeside } from "./read-beside.ts";
import type { Place } from "./scan.ts";

/** Bytes of a picture's file. Previews are a few million at most. */
const MAX_BYTES = 32 * 2 ** 20;
/** Pixels. More are a camera's or a bomb's. */
const MAX_PIXELS = 40_000_000;
/** Seconds; a thousand times more than it takes. */
const TIME_LIMIT = 10;

/** How files begin that may be given to a decoder. */
const FORMATS: readonly ((bytes: Uint8Array) => boolean)[] = [
  (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), // PNG
  (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]), // JPEG
  (bytes) => startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]), // WebP
];

/** ModelSpec's own thumbnail, "data:image/jpeg;base64,…". */
export const HEADER_PICTURE = "modelspec.thumbnail";
const DATA_URL = /^data:image\/(?:png|jpe?g|webp);base64,/;

/** Whether `readThumbnail` has something to try. */
export function hasThumbnail({ beside }: Pick<Place, "beside">, metadata: ReadonlyMap<string, string>): boolean {
  return beside.some(({ kind }) => kind === "picture") || DATA_URL.test(metadata.get(HEADER_PICTURE) ?? "");
}

/** A JPEG of at most `THUMBNAIL_SIDE` pixels on its longer side; undefined where nothing can be read as a picture. */
export async function readThumbnail(place: Place, { within }: OpenOptions): Promise<Uint8Array | undefined> {
  for (const { kind, file } of place.beside) {
    const bytes = kind === "picture" ? readBeside(file, { within, maxBytes: MAX_BYTES }) : undefined;
    const small = bytes && (await shrink(bytes));
    if (small) return small;
  }
  const inside = place.kind === "file" ? pictureInHeader(place.path, within) : undefined;
  return inside && shrink(inside);
}

function pictureInHeader(file: string, within: OpenOptions["within"]): Uint8Array | undefined {
  try {
    const url = openSafetensors(file, { within }).metadata.get(HEADER_PICTURE) ?? "";
    const [prefix] = DATA_URL.exec(url) ?? [];
    if (prefix === undefined || url.length > 1.4 * MAX_BYTES) return undefined;
    return Buffer.from(url.slice(prefix.length), "base64");
  } catch {
    return undefined;
  }
}

async function shrink(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (!FORMATS.some((fits) => fits(bytes))) return undefined;
  try {
    const small = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "truncated", sequentialRead: true })
      .timeout({ seconds: TIME_LIMIT })
      .autoOrient()
      .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .jpeg({ quality: 80 })
      .toBuffer();
    return new Uint8Array(small.buffer, small.byteOffset, small.length);
  } catch {
    return undefined;
  }
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  bytes.length > magic.length && magic.every((byte, i) => bytes[i] === byte);

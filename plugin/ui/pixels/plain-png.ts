import type { Size } from "../../../shared/geometry.ts";
import { pngChunks } from "../../../shared/image-text/png-chunks.ts";

/** PNG specification, third edition, section 11.2.1: RGB, and RGB with alpha. */
const COLOR_TYPES = [2, 6];
/** Chunks that leave the pixels alone. Profiles, gamma, Exif (which may turn a picture) and the frames of a film do not. */
const HARMLESS = ["IHDR", "IDAT", "IEND", "pHYs", "sRGB", "tIME"];

/** True where a file is a whole PNG of this size, whose 8-bit RGB numbers mean the same to whoever reads it. */
export function isPlainPng(bytes: Uint8Array, { width, height }: Size): boolean {
  const chunks = [...pngChunks(bytes)];
  const [header] = chunks;
  if (header?.type !== "IHDR" || header.data.length !== 13 || chunks.at(-1)?.type !== "IEND") return false;
  const view = new DataView(header.data.buffer, header.data.byteOffset);
  const [depth = 0, color = 0] = header.data.subarray(8);
  return (
    view.getUint32(0) === width &&
    view.getUint32(4) === height &&
    depth === 8 &&
    COLOR_TYPES.includes(color) &&
    chunks.every(({ type }) => HARMLESS.includes(type))
  );
}

import { decode, newCanvas, smallPng } from "./canvas.ts";

/** Pixels of the long side. */
const SMALL = 256;

/** A small PNG of a picture. Problem "image-not-readable". */
export async function shrink(bytes: Uint8Array): Promise<Uint8Array> {
  const bitmap = await decode(bytes);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return await smallPng(context, SMALL);
}

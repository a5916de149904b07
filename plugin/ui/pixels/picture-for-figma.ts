import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import { newCanvas, toPng } from "./canvas.ts";

/** Of a side: Figma takes no larger ones. */
const MOST_PIXELS = 4096;
/** What Figma takes as it is; WebP and AVIF, it does not. */
const TAKEN = ["image/png", "image/jpeg"];

/** An image file's bytes in a form and size that Figma takes. Problem "image-not-readable". */
export async function pictureForFigma(file: File): Promise<Size & { readonly bytes: Uint8Array }> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new Problem("image-not-readable", `“${file.name}” is not a picture that can be read.`, { cause });
  });
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const size = { width: side(bitmap.width), height: side(bitmap.height) };
  if (scale === 1 && TAKEN.includes(file.type)) return { ...size, bytes: new Uint8Array(await file.arrayBuffer()) };
  const context = newCanvas(size);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  return { ...size, bytes: await toPng(context) };
}

/** The canvas, as far as pictures need it. Only raster.ts and control-picture.ts draw. */
import type { Affine } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";

/** Decodes a PNG. Problem "image-not-readable". */
export async function decode(bytes: Uint8Array): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([bytes.slice()]), { colorSpaceConversion: "none" });
  } catch (cause) {
    throw new Problem("image-not-readable", "Figma's export of the layer could not be read. Try again.", { cause });
  }
}

/** Draws the picture through the map, which takes its pixels to the canvas'. */
export function drawThrough(context: CanvasRenderingContext2D, map: Affine, bitmap: ImageBitmap): void {
  const [[a, c, e], [b, d, f]] = map;
  context.setTransform(a, b, c, d, e, f);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0);
  context.resetTransform();
}

/** From a bitmap's pixels to the upright rectangle of the page that it covers. */
export function toPage(bitmap: Size, box: Rect): Affine {
  return [
    [box.width / bitmap.width, 0, box.x],
    [0, box.height / bitmap.height, box.y],
  ];
}

export function newCanvas({ width, height }: Size): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { colorSpace: "srgb", willReadFrequently: true });
  if (context === null) throw new Problem("out-of-memory", "There is not enough memory for a picture of this size.");
  return context;
}

export async function toPng({ canvas }: CanvasRenderingContext2D): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Problem("out-of-memory", "There is not enough memory for a picture of this size.");
  return new Uint8Array(await blob.arrayBuffer());
}

/** A GIF's first frame as a PNG. */
export async function firstFrame(gif: Uint8Array): Promise<Uint8Array> {
  const bitmap = await decode(gif);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  return toPng(context);
}

/** The canvas' picture with a long side of `longest` pixels at the most. */
export function smallPng({ canvas }: CanvasRenderingContext2D, longest: number): Promise<Uint8Array> {
  const scale = Math.min(1, longest / Math.max(canvas.width, canvas.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const context = newCanvas({ width: side(canvas.width), height: side(canvas.height) });
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, context.canvas.width, context.canvas.height);
  return toPng(context);
}

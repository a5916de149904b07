import { findSubject } from "../../../shared/artboards/find-subject.ts";
import type { Rect } from "../../../shared/geometry.ts";
import { decode, newCanvas } from "./canvas.ts";

/** Where the subject of a PNG is, 0 … 1 of its width and height. Problem "image-not-readable". */
export async function subjectOfPicture(bytes: Uint8Array): Promise<Rect> {
  const bitmap = await decode(bytes);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  const { width, height } = bitmap;
  const { data } = context.getImageData(0, 0, width, height);
  return findSubject({ width, height, data: new Uint8Array(data.buffer) });
}

import { cutOut } from "../../shared/cut-out/cut-out.ts";
import { findGround } from "../../shared/cut-out/ground.ts";
import type { Rect } from "../../shared/geometry.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { Problem } from "../../shared/problem.ts";
import { flatten, WHITE } from "./composite.ts";
import { isOpaque } from "./encode.ts";

/** Of the longer side, around it. */
const MARGIN = 0.08;

/**
 * What a picture is about, as a square on white: what shows of one with transparency, what stands on a plain ground, else all of
 * it. An image encoder takes a square of the middle, and another ground would count as another subject.
 */
export function subjectOf(picture: PixelImage): PixelImage {
  const cut = isOpaque(picture) ? withoutGround(picture) : picture;
  return squareAround(flatten(cut, WHITE), shownOf(cut));
}

function withoutGround(picture: PixelImage): PixelImage {
  if (findGround(picture) === undefined) return picture;
  try {
    return cutOut(picture).image;
  } catch (error) {
    // There is nothing but ground.
    if (!(error instanceof Problem) || error.code !== "ground-not-plain") throw error;
    return picture;
  }
}

/** Of all that is half opaque at least, or of everything where nothing is. */
function shownOf({ width, height, data }: PixelImage): Rect {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < width * height; i++) {
    if (data[4 * i + 3]! < 128) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  if (right < 0) return { x: 0, y: 0, width, height };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The square about a box, with a little around it; white where the picture ends. */
function squareAround(picture: PixelImage, { x, y, width, height }: Rect): PixelImage {
  const side = Math.max(1, Math.round(Math.max(width, height) * (1 + 2 * MARGIN)));
  const [left, top] = [Math.round(x + (width - side) / 2), Math.round(y + (height - side) / 2)];
  const data = new Uint8Array(4 * side * side).fill(255);
  const [first, last] = [Math.max(0, -left), Math.min(side, picture.width - left)];
  for (let row = 0; row < side; row++) {
    const from = top + row;
    if (from < 0 || from >= picture.height) continue;
    const start = 4 * (from * picture.width + left + first);
    data.set(picture.data.subarray(start, start + 4 * (last - first)), 4 * (row * side + first));
  }
  return { width: side, height: side, data };
}

/** A subject cut out of its plain ground: what is left has soft edges without the ground's colour in them. */
import { squaredDistances } from "../distance.ts";
import type { Rect, Size } from "../geometry.ts";
import type { PixelImage } from "../pixels.ts";
import { Problem } from "../problem.ts";
import { findGround, type Ground } from "./ground.ts";
import { removeSmallIslands } from "./islands.ts";

export interface CutOut {
  /** As large as the original. */
  readonly image: PixelImage;
  /** Of all that is left of it. */
  readonly bounds: Rect;
}

/** Levels from which on a pixel is not ground: at least, and in the ground's noise. */
const DIFFERENT = { least: 10, noise: 5 } as const;
/** Pixels from the border between both on either side in which they may mix, and from where on the subject is pure. */
const [MIXED, PURE] = [3, 3.5];
/** Pixels within which its colour is looked for. */
const REACH = 5;

/**
 * The ground is what the edge of the picture shows, and all of that colour that hangs together with it: what has its colour inside
 * of the subject stays, and specks go with the ground. Where both mix, a pixel c = α·f + (1 − α)·g gives α = (c − g)·(f − g) / |f − g|², with f the subject's
 * colour nearby (Smith and Blinn 1996, "Blue Screen Matting", equation 1), and then its colour without the ground.
 * Throws Problem "ground-not-plain".
 */
export function cutOut(image: PixelImage): CutOut {
  const ground = findGround(image);
  if (!ground)
    throw new Problem(
      "ground-not-plain",
      "The background is not plain enough to be removed: it must have one colour, or change evenly, all around the subject.",
    );
  const outside = groundPixels(image, ground);
  removeSmallIslands(image, outside);
  const data = image.data.slice();
  const { width, height } = image;
  const toSubject = squaredDistances(image, (x, y) => outside[y * width + x] === 0);
  const toGround = squaredDistances(image, (x, y) => outside[y * width + x] === 1);
  const subjectNear = nearestSubject(image, toGround);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (toGround[i]! > MIXED ** 2) continue;
      const subject = toSubject[i]! > MIXED ** 2 ? -1 : subjectNear(x, y);
      if (subject < 0) data.fill(0, 4 * i, 4 * i + 4);
      else unmix(data, { image, ground, x, y, subject });
    }
  const bounds = boundsOf({ ...image, data });
  if (!bounds)
    throw new Problem("ground-not-plain", "There is nothing but background in the picture: choose another one.");
  return { image: { width, height, data }, bounds };
}

/** 1 where a pixel is ground that hangs together with the picture's edge. */
function groundPixels(image: PixelImage, ground: Ground): Uint8Array {
  const { width, height, data } = image;
  const limit = Math.max(DIFFERENT.least, DIFFERENT.noise * ground.noise);
  const isGround = (i: number) => {
    if (data[4 * i + 3] === 0) return true;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let channel = 0; channel < 3; channel++)
      if (Math.abs(data[4 * i + channel]! - ground.at(channel, x, y)) > limit) return false;
    return true;
  };
  const found = new Uint8Array(width * height);
  const queue: number[] = [];
  const visit = (i: number) => {
    if (found[i] === 1 || !isGround(i)) return;
    found[i] = 1;
    queue.push(i);
  };
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) visit(y * width + x);
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) visit(y * width + x);
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < found.length - width) visit(i + width);
  }
  return found;
}

/**
 * The pixel of pure subject for a place: of those within reach the nearest that no ground touches, or else, in thin lines, the
 * deepest inside. −1: there is none.
 */
function nearestSubject({ width, height }: Size, toGround: Float64Array): (x: number, y: number) => number {
  return (x, y) => {
    let [best, bestScore] = [-1, Number.POSITIVE_INFINITY];
    for (let py = Math.max(0, y - REACH); py <= Math.min(height - 1, y + REACH); py++)
      for (let px = Math.max(0, x - REACH); px <= Math.min(width - 1, x + REACH); px++) {
        const i = py * width + px;
        const depth = Math.sqrt(toGround[i]!);
        if (depth === 0) continue;
        const score = Math.hypot(px - x, py - y) + 2 * REACH * Math.max(0, PURE - depth);
        if (score < bestScore) [best, bestScore] = [i, score];
      }
    return best;
  };
}

interface Mixture {
  readonly image: PixelImage;
  readonly ground: Ground;
  readonly x: number;
  readonly y: number;
  /** The pixel of pure subject. */
  readonly subject: number;
}

function unmix(data: Uint8Array, { image, ground, x, y, subject }: Mixture): void {
  const at = 4 * (y * image.width + x);
  const g = [0, 1, 2].map((channel) => ground.at(channel, x, y));
  const f = [0, 1, 2].map((channel) => image.data[4 * subject + channel]!);
  let [along, length] = [0, 0];
  for (let channel = 0; channel < 3; channel++) {
    const span = f[channel]! - g[channel]!;
    along += (image.data[at + channel]! - g[channel]!) * span;
    length += span * span;
  }
  const alpha = length === 0 ? 1 : Math.min(1, Math.max(0, along / length));
  const level = Math.round(alpha * image.data[at + 3]!);
  data[at + 3] = level;
  for (let channel = 0; channel < 3; channel++) {
    const pure = alpha === 0 ? 0 : (image.data[at + channel]! - (1 - alpha) * g[channel]!) / alpha;
    data[at + channel] = level === 0 ? 0 : Math.round(Math.min(255, Math.max(0, pure)));
  }
}

function boundsOf({ width, height, data }: PixelImage): Rect | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 3; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      if (data[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The plain ground that a picture's subject stands on: a colour that may change evenly from side to side. */
import type { PixelImage } from "../pixels.ts";

export interface Ground {
  /** Its red, green or blue (0, 1, 2) at a place, 0 … 255. */
  at(channel: number, x: number, y: number): number;
  /** How far its own pixels stray from that, in levels: a standard deviation. */
  readonly noise: number;
}

/** Pixels from the picture's edge that are taken for ground. */
const RING = 2;
/** Of the ring's pixels, how many must be ground: a subject may reach the edge, but not fill it. */
const LEAST_SHARE = 0.6;
/** Levels within which a pixel counts as ground while the plane is found, and the most that it may stray by. */
const [NEAR, MOST_NOISE] = [24, 6];
const ROUNDS = 6;

/**
 * The plane a + b·x + c·y of each channel through the pixels of the edge, by least squares over those that fit it, found again
 * until it stays (iteratively trimmed least squares, Rousseeuw 1984). Undefined: the edge is no plain ground, or transparent.
 */
export function findGround(image: PixelImage): Ground | undefined {
  const ring = ringOf(image);
  let kept = startOf(image, ring);
  let planes: Plane[] | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    if (kept.length < LEAST_SHARE * ring.length) return undefined;
    planes = [0, 1, 2].map((channel) => planeThrough(image, kept, channel));
    kept = ring.filter((i) => straying(image, planes!, i) <= NEAR);
  }
  if (!planes || kept.length < LEAST_SHARE * ring.length) return undefined;
  const noise = Math.sqrt(kept.reduce((sum, i) => sum + straying(image, planes, i) ** 2, 0) / kept.length);
  if (noise > MOST_NOISE) return undefined;
  const found = planes;
  return { at: (channel, x, y) => levelAt(found[channel]!, x, y), noise };
}

type Plane = readonly [a: number, b: number, c: number];

const levelAt = ([a, b, c]: Plane, x: number, y: number): number => Math.min(255, Math.max(0, a + b * x + c * y));

/** Places, as indices of pixels. */
function ringOf({ width, height, data }: PixelImage): number[] {
  const ring: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inner = x >= RING && x < width - RING && y >= RING && y < height - RING;
      if (!inner && data[4 * (y * width + x) + 3] === 255) ring.push(y * width + x);
    }
  return ring;
}

/** Those near the colour that most of the ring has, by its middle values. */
function startOf({ data }: PixelImage, ring: readonly number[]): number[] {
  const middle = [0, 1, 2].map((channel) => {
    const values = ring.map((i) => data[4 * i + channel]!).sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  });
  // An even change from side to side is taken along from the beginning.
  return ring.filter((i) => middle.every((value, channel) => Math.abs(data[4 * i + channel]! - value) <= 3 * NEAR));
}

const straying = ({ width, data }: PixelImage, planes: readonly Plane[], i: number): number => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return Math.max(...planes.map((plane, channel) => Math.abs(data[4 * i + channel]! - levelAt(plane, x, y))));
};

/** By the normal equations of the centred places, which are solved directly. */
function planeThrough({ width, data }: PixelImage, places: readonly number[], channel: number): Plane {
  const n = places.length;
  let [mx, my, mv] = [0, 0, 0];
  for (const i of places) {
    mx += i % width;
    my += Math.floor(i / width);
    mv += data[4 * i + channel]!;
  }
  [mx, my, mv] = [mx / n, my / n, mv / n];
  let [xx, xy, yy, xv, yv] = [0, 0, 0, 0, 0];
  for (const i of places) {
    const [x, y, v] = [(i % width) - mx, Math.floor(i / width) - my, data[4 * i + channel]! - mv];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xv += x * v;
    yv += y * v;
  }
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-9 * xx * yy || determinant === 0) return [mv, 0, 0];
  const b = (xv * yy - yv * xy) / determinant;
  const c = (yv * xx - xv * xy) / determinant;
  return [mv - b * mx - c * my, b, c];
}

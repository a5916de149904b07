import { HALF_COVERED, type Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { CHANNELS, halved, type Level } from "./level.ts";
import { improve, type Patches, patchesOf, RADIUS, type Random } from "./nearest-patches.ts";
import { planeThrough } from "./plane.ts";

/** Pixels: no level of the pyramid has a shorter side. */
const SHORTEST_SIDE = 32;
/** Rounds of search and vote at the smallest level, and at the largest. */
const MOST_ROUNDS = 8;
const FEWEST_ROUNDS = 2;
/** Targets beyond which a level only takes over what the smaller one found. */
const MOST_SEARCHED = 120_000;
const SEED = 0x9e3779b9;

/**
 * The picture, where the mask is half covered or more made of patches of what is around, so that grain, edges and patterns go on:
 * Wexler, Shechtman and Irani 2007, "Space-Time Completion of Video" (search and vote from coarse to fine), with the search of Barnes
 * et al. 2009, "PatchMatch", over what differs from the plane that the known pixels lie on, so that a slope goes on, too. It begins
 * with what `image` has there (a smooth continuation). Always the same bytes. The picture as it is where too little is known of it.
 */
export function patchMatched(image: PixelImage, mask: Mask): PixelImage {
  const { width, height } = image;
  const hole = mask.data.map((value) => Number(value >= HALF_COVERED));
  if (!hole.some(Boolean)) return image;
  const unknown = { ...mask, data: hole };
  const planes = [0, 1, 2].map((channel) => planeThrough(image, channel, unknown));
  const values = new Float32Array(width * height * CHANNELS);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++)
      for (let c = 0; c < CHANNELS; c++) values[i * CHANNELS + c] = image.data[4 * i + c]! - planes[c]!(x, y);
  if (!completed({ width, height, values, hole })) return image;
  const data = image.data.slice();
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!hole[i]) continue;
      for (let c = 0; c < CHANNELS; c++) {
        const level = values[i * CHANNELS + c]! + planes[c]!(x, y);
        data[4 * i + c] = Math.round(Math.min(Math.max(level, 0), 255));
      }
    }
  return { ...image, data };
}

/** Fills the hole in place; false where there is nothing to fill it with. */
function completed(finest: Level): boolean {
  const levels = [finest];
  for (let last = finest; Math.min(last.width, last.height) >= 2 * SHORTEST_SIDE; levels.push(last))
    last = halved(last);
  const random = numbers();
  let found: Patches | undefined;
  for (const [index, level] of [...levels.entries()].reverse()) {
    const patches = patchesOf(level, random, found);
    if (patches === undefined) continue;
    // What was found on the smaller level says what this one begins with.
    if (found !== undefined) vote(patches);
    const rounds = Math.max(FEWEST_ROUNDS, MOST_ROUNDS - 2 * (levels.length - 1 - index));
    const searches = patches.targets.length <= MOST_SEARCHED;
    for (let round = 0; round < rounds && searches; round++) {
      improve(patches, random, Math.ceil(Math.log2(Math.max(level.width, level.height))));
      if (index > 0 || round < rounds - 1) vote(patches);
    }
    found = patches;
  }
  if (found?.level !== finest) return false;
  copy(found);
  return true;
}

/** Each pixel of the hole becomes the mean of what the patches around it would put there: the closer they are, the more. */
function vote({ level, targets, nearest, distance, trust }: Patches): void {
  const { width, height, values, hole } = level;
  const sums = new Float64Array(width * height * CHANNELS);
  const weights = new Float64Array(width * height);
  const usual = distance.reduce((sum, one) => sum + one, 0) / distance.length;
  for (let place = 0; place < targets.length; place++) {
    const pixel = targets[place]!;
    const source = nearest[place]!;
    const weight = trust[pixel]! / (1 + (usual > 0 ? distance[place]! / usual : 0)) ** 2;
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const left = -Math.min(RADIUS, x);
    const right = Math.min(RADIUS, width - 1 - x);
    const bottom = Math.min(RADIUS, height - 1 - y);
    for (let dy = -Math.min(RADIUS, y); dy <= bottom; dy++)
      for (let dx = left; dx <= right; dx++) {
        const to = pixel + dy * width + dx;
        if (!hole[to]) continue;
        const from = (source + dy * width + dx) * CHANNELS;
        const into = to * CHANNELS;
        weights[to]! += weight;
        sums[into]! += weight * values[from]!;
        sums[into + 1]! += weight * values[from + 1]!;
        sums[into + 2]! += weight * values[from + 2]!;
      }
  }
  for (let i = 0; i < hole.length; i++)
    if (hole[i]) for (let c = 0; c < CHANNELS; c++) values[i * CHANNELS + c] = sums[i * CHANNELS + c]! / weights[i]!;
}

/** Each pixel of the hole as it is in the middle of its own source: a mean would have less grain than what is around. */
function copy({ level, targets, nearest }: Patches): void {
  const { values, hole } = level;
  targets.forEach((pixel, place) => {
    if (!hole[pixel]) return;
    const from = nearest[place]! * CHANNELS;
    values.set(values.subarray(from, from + CHANNELS), pixel * CHANNELS);
  });
}

/** Marsaglia 2003, "Xorshift RNGs", 32 bits. */
function numbers(): Random {
  let state = SEED;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // The remainder, which `%` of numbers beyond 31 bits takes longer for than all the rest.
    const number = state >>> 0;
    return number - Math.floor(number / limit) * limit;
  };
}

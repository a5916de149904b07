/** For each patch that reaches into the hole, the known patch that is most like it: Barnes et al. 2009, "PatchMatch". */
import { squaredDistances } from "../../../shared/distance.ts";
import { CHANNELS, type Level } from "./level.ts";

/** A patch is a square of 2 · RADIUS + 1 pixels a side. */
export const RADIUS = 3;
/** Pixels into the hole over which a pixel counts half. */
const TRUSTED = 4;

/** Where patches reach into the hole, where they lie wholly in what is known, and which belong together. */
export interface Patches {
  readonly level: Level;
  /** Middles of those that reach into the hole, as pixel indices, row by row. */
  readonly targets: Int32Array;
  /** By pixel: its place in `targets`, or −1. */
  readonly placeOf: Int32Array;
  /** Middles of those that are known altogether; never empty. */
  readonly sources: Int32Array;
  /** By pixel: 1 where it is such a middle. */
  readonly isSource: Uint8Array;
  /** By pixel, 0 … 1: how much it counts in a comparison; less, the deeper in the hole. */
  readonly trust: Float32Array;
  /** For each target the middle of its source, and how far they differ. */
  readonly nearest: Int32Array;
  readonly distance: Float32Array;
}

/** Whole numbers from 0 to below `limit`, the same ones each time. */
export type Random = (limit: number) => number;

/** Undefined where no patch is known altogether. `before`: of the next smaller level; absent: chance. */
export function patchesOf(level: Level, random: Random, before?: Patches): Patches | undefined {
  const { width, height, hole } = level;
  const { targets, sources, isSource } = middlesOf(level);
  if (sources.length === 0) return undefined;
  const placeOf = new Int32Array(width * height).fill(-1);
  targets.forEach((pixel, place) => {
    placeOf[pixel] = place;
  });
  const deep = squaredDistances({ width, height }, (x, y) => hole[y * width + x] === 0);
  const trust = new Float32Array(deep.length);
  for (let i = 0; i < deep.length; i++) trust[i] = 1 / (1 + Math.sqrt(deep[i]!) / TRUSTED);
  const nearest = Int32Array.from(targets, (pixel) => {
    const guess = before && enlarged(pixel, before, width);
    return guess !== undefined && isSource[guess] ? guess : sources[random(sources.length)]!;
  });
  const patches = { level, targets, placeOf, sources, isSource, trust, nearest };
  return { ...patches, distance: new Float32Array(targets.length) };
}

/** What half as far down and right was found, twice as far. */
function enlarged(pixel: number, before: Patches, width: number): number | undefined {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const small = before.level.width;
  const place = before.placeOf[(y >> 1) * small + (x >> 1)]!;
  if (place < 0) return undefined;
  const source = before.nearest[place]!;
  const [sx, sy] = [2 * (source % small) + (x & 1), 2 * Math.floor(source / small) + (y & 1)];
  return sx < width ? sy * width + sx : undefined;
}

function middlesOf({ width, height, hole }: Level) {
  const unknown = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = (y + 1) * (width + 1) + x + 1;
      unknown[i] = hole[y * width + x]! + unknown[i - 1]! + unknown[i - width - 1]! - unknown[i - width - 2]!;
    }
  const isSource = new Uint8Array(width * height);
  const [targets, sources]: [number[], number[]] = [[], []];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [Math.max(x - RADIUS, 0), Math.min(x + RADIUS + 1, width)];
      const [top, bottom] = [Math.max(y - RADIUS, 0), Math.min(y + RADIUS + 1, height)];
      const row = (at: number) => unknown[at * (width + 1) + right]! - unknown[at * (width + 1) + left]!;
      if (row(bottom) - row(top) > 0) targets.push(i);
      else if (right - left > 2 * RADIUS && bottom - top > 2 * RADIUS) {
        sources.push(i);
        isSource[i] = 1;
      }
    }
  return { targets: Int32Array.from(targets), sources: Int32Array.from(sources), isSource };
}

/**
 * One pass to and one fro: each target tries what its neighbours found, one further, and `tries` places at chance that lie ever closer
 * to its own.
 */
export function improve(patches: Patches, random: Random, tries: number): void {
  const { targets, nearest, distance } = patches;
  for (let place = 0; place < targets.length; place++)
    distance[place] = differenceOf(patches, targets[place]!, nearest[place]!, Number.POSITIVE_INFINITY);
  for (let place = 0; place < targets.length; place++) improveOne(patches, place, { step: 1, random, tries });
  for (let place = targets.length - 1; place >= 0; place--) improveOne(patches, place, { step: -1, random, tries });
}

interface Search {
  /** Towards where the pass goes. */
  readonly step: 1 | -1;
  readonly random: Random;
  readonly tries: number;
}

function improveOne(patches: Patches, place: number, { step, random, tries }: Search): void {
  const { targets, placeOf, nearest, distance } = patches;
  const { width, height } = patches.level;
  const pixel = targets[place]!;
  if (distance[place] === 0) return;
  for (let way = 0; way < 2; way++) {
    const to = way === 0 ? step : step * width;
    const neighbour = placeOf[pixel - to] ?? -1;
    if (neighbour >= 0) attempt(patches, place, nearest[neighbour]! + to);
  }
  let reach = Math.max(width, height);
  for (let i = 0; i < tries && reach >= 1; i++, reach >>= 1) {
    const own = nearest[place]!;
    const sx = (own % width) + random(2 * reach + 1) - reach;
    const sy = Math.floor(own / width) + random(2 * reach + 1) - reach;
    if (sx >= 0 && sx < width && sy >= 0 && sy < height) attempt(patches, place, sy * width + sx);
  }
}

/** Takes `source` for the target at `place` where it is known altogether and more like it than what was found. */
function attempt(patches: Patches, place: number, source: number): void {
  const { isSource, nearest, distance } = patches;
  if (source < 0 || source >= isSource.length || !isSource[source] || source === nearest[place]) return;
  const far = differenceOf(patches, patches.targets[place]!, source, distance[place]!);
  if (far >= distance[place]!) return;
  distance[place] = far;
  nearest[place] = source;
}

/** Of a target's patch, as far as the picture goes, from a source's; at least `enough` where it is more than that. */
function differenceOf({ level, trust }: Patches, target: number, source: number, enough: number): number {
  const { width, height, values } = level;
  const x = target % width;
  const y = Math.floor(target / width);
  const left = -Math.min(RADIUS, x);
  const right = Math.min(RADIUS, width - 1 - x);
  const bottom = Math.min(RADIUS, height - 1 - y);
  let sum = 0;
  for (let dy = -Math.min(RADIUS, y); dy <= bottom; dy++) {
    let at = target + dy * width + left;
    let a = at * CHANNELS;
    let b = (source + dy * width + left) * CHANNELS;
    for (let dx = left; dx <= right; dx++, at++, a += CHANNELS, b += CHANNELS) {
      const red = values[a]! - values[b]!;
      const green = values[a + 1]! - values[b + 1]!;
      const blue = values[a + 2]! - values[b + 2]!;
      sum += trust[at]! * (red * red + green * green + blue * blue);
    }
    if (sum >= enough) return sum;
  }
  return sum;
}

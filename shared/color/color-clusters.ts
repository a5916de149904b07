import { type Oklab, oklabDistance } from "./oklab.ts";

export interface Weighted {
  readonly at: Oklab;
  readonly weight: number;
}

const ROUNDS = 20;
/** Colours nearer to each other than this are one, in Oklab. */
const NEAR = 0.04;

/**
 * The centres of at most `most` clusters of colours: k-means with weights (Lloyd 1982), begun with the weightiest colour and then
 * always with the one that matters most by its weight and its distance from those there are. The same colours give the same centres.
 */
export function colorClusters(colors: readonly Weighted[], most: number): Oklab[] {
  const distances = colors.map(() => Number.POSITIVE_INFINITY);
  let centres: Oklab[] = [];
  while (centres.length < most) {
    const worth = (i: number) => colors[i]!.weight * Math.min(1, distances[i]!) ** 2;
    let best = 0;
    for (let i = 1; i < colors.length; i++) if (worth(i) > worth(best)) best = i;
    if (colors.length === 0 || distances[best]! < NEAR) break;
    const { at } = colors[best]!;
    centres.push(at);
    for (const [i, color] of colors.entries()) distances[i] = Math.min(distances[i]!, oklabDistance(color.at, at));
  }
  for (let round = 0; round < ROUNDS; round++) centres = means(colors, centres);
  return centres;
}

/** Each centre goes to the mean of the colours to which it is the nearest. */
function means(colors: readonly Weighted[], centres: readonly Oklab[]): Oklab[] {
  const sums = centres.map(() => [0, 0, 0, 0] as [number, number, number, number]);
  for (const { at, weight } of colors) {
    const sum = sums[nearest(at, centres)]!;
    for (let c = 0; c < 3; c++) sum[c]! += at[c]! * weight;
    sum[3] += weight;
  }
  return sums.map(([l, a, b, weight], i) => (weight > 0 ? [l / weight, a / weight, b / weight] : centres[i]!));
}

/** The index of the nearest of `points`. */
function nearest(at: Oklab, points: readonly Oklab[]): number {
  let best = 0;
  for (let i = 1; i < points.length; i++)
    if (oklabDistance(at, points[i]!) < oklabDistance(at, points[best]!)) best = i;
  return best;
}

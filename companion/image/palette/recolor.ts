/** A picture in the colours of a palette. */

import { colorClusters, type Weighted } from "../../../shared/color/color-clusters.ts";
import { type ColorCount, colorCounts } from "../../../shared/color/color-counts.ts";
import { cielabOf, deltaE } from "../../../shared/color/delta-e.ts";
import { type Oklab, oklabDistance, oklabOf, srgbOfOklab } from "../../../shared/color/oklab.ts";
import type { Srgb } from "../../../shared/color/srgb.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { applyColorTable, colorTable } from "./color-table.ts";

/** Of a picture: enough for its shades, few enough that each is a surface. */
const MOST_CLUSTERS = 16;
/** Below it, in Oklab, a colour is a grey. */
const GREY = 0.03;
/** Greys whose lightness differs more are black and white to each other. */
const GREYS_APART = 0.3;
/** A colour that one colour of the palette stands for so much better than another does not waver between them. */
const UNDECIDED = 0.04;

/**
 * `image` with each of its main colours moved to the nearest one of `palette`, shades in between along with them: of pixel x it
 * makes x + strength · Σ wᵢ(x)(pᵢ − cᵢ) / Σ wᵢ(x), with wᵢ(x) = exp(−|x − cᵢ|² / 2σ²) in Oklab, cᵢ the centres of the picture's
 * colours, pᵢ the palette's likest to each (halfway between two of them, their mean), and σ a quarter of the mean distance from a
 * centre to the next. Greys stay as they are where the palette has none of about their lightness. `strength`: 0 … 1. Alpha stays.
 */
export function recolored(image: PixelImage, palette: readonly Srgb[], strength: number): PixelImage {
  const targets = palette.map(oklabOf);
  const centres = colorClusters(colorCounts(image).map(weighted), MOST_CLUSTERS);
  const moves = centres.map((centre) => {
    const fitting = isGrey(centre) ? targets.filter((each) => isGreyLike(each, centre)) : targets;
    if (fitting.length === 0) return [0, 0, 0] as const;
    const badness = fitting.map((each) => unlikeness(centre, each));
    const target = mean(fitting, weightsOf(badness, 2 * UNDECIDED ** 2));
    return [target[0] - centre[0], target[1] - centre[1], target[2] - centre[2]] as const;
  });
  const breadth = 2 * (spacing(centres) / 4) ** 2;
  const table = colorTable((color) => {
    const at = oklabOf(color);
    const distances = centres.map((centre) => oklabDistance(at, centre));
    const move = mean(moves, weightsOf(distances, breadth));
    return srgbOfOklab([at[0] + strength * move[0], at[1] + strength * move[1], at[2] + strength * move[2]]);
  });
  return applyColorTable(image, table);
}

/** exp(−distance² / breadth) of each, relative to the nearest one's: far from all of them they would be nothing. */
function weightsOf(distances: readonly number[], breadth: number): number[] {
  const least = Math.min(...distances) ** 2;
  return distances.map((distance) => Math.exp((least - distance ** 2) / breadth));
}

/**
 * How badly one colour stands for another: by lightness, chroma and hue in Oklab, where a grey for a colour is worse than another
 * hue, which a palette is there to give.
 */
function unlikeness([l1, a1, b1]: Oklab, [l2, a2, b2]: Oklab): number {
  const chroma = Math.hypot(a1, b1) - Math.hypot(a2, b2);
  const hue = Math.sqrt(Math.max(0, (a1 - a2) ** 2 + (b1 - b2) ** 2 - chroma ** 2));
  return Math.hypot(l1 - l2, 2 * chroma, hue / 2);
}

function mean(points: readonly Oklab[], weights: readonly number[]): Oklab {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (c: 0 | 1 | 2) => points.reduce((sum, point, i) => sum + weights[i]! * point[c], 0) / all;
  return [along(0), along(1), along(2)];
}

const weighted = ({ color, count }: ColorCount): Weighted => ({ at: oklabOf(color), weight: count });

const isGrey = ([, a, b]: Oklab): boolean => Math.hypot(a, b) < GREY;

const isGreyLike = (color: Oklab, grey: Oklab): boolean => isGrey(color) && Math.abs(color[0] - grey[0]) < GREYS_APART;

/** The mean distance from a centre to the next one. */
function spacing(centres: readonly Oklab[]): number {
  if (centres.length < 2) return 1;
  const next = (centre: Oklab) =>
    Math.min(...centres.filter((other) => other !== centre).map((other) => oklabDistance(centre, other)));
  return centres.reduce((sum, centre) => sum + next(centre), 0) / centres.length;
}

/** How far a picture's colours are from the nearest ones of a palette: ΔE2000, the mean over its pixels. */
export function paletteDistance(image: PixelImage, palette: readonly Srgb[]): number {
  const targets = palette.map(cielabOf);
  let [sum, pixels] = [0, 0];
  for (const { color, count } of colorCounts(image)) {
    const at = cielabOf(color);
    sum += count * Math.min(...targets.map((target) => deltaE(at, target)));
    pixels += count;
  }
  return pixels === 0 ? 0 : sum / pixels;
}

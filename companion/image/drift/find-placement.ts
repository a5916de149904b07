/** How a picture that was drawn anew lies on the one before it, by what is the same in both. */
import { solveLinear } from "../../../shared/solve-linear.ts";
import { furthest, IN_PLACE, onScale, type Placement, warped } from "./placement.ts";
import { detailOf, type Plane, pyramidOf } from "./plane.ts";
import { compareParts, PART, type Parts } from "./same-parts.ts";

/** Pixels of the longer side of the level on which is searched. */
const SEARCHED = 128;
/** How far is searched: a share of the longer side, and sizes. */
const REACH = 0.04;
const SIZES = [1, 0.975, 1.025, 0.95, 1.05];
/** Improvements on a level at most; fewer where they no longer move a corner by so many pixels. */
const ROUNDS = 12;
const SETTLED = 0.003;
/** Parts that are less alike do not count. */
const ALIKE = 0.5;
/** Of Tukey's biweight: residuals of so many deviations do not count. */
const BIWEIGHT = 4.685;
const DEVIATION_OF_MAD = 1.4826;

/**
 * Coarse to fine. On the coarsest level all placements within reach are tried; from there on Gauss–Newton steps of Lucas and
 * Kanade (1981), with the mean of both pictures' gradients (Benhimane and Malis 2004, "efficient second-order minimization") and a
 * free contrast, over the details of their luma, so that neither light nor colour moves it. Parts in which both show other things
 * do not count, nor do single pixels that differ much (the biweight of Beaton and Tukey 1974). Both of one size. Undefined where
 * nothing is alike.
 */
export function findPlacement(source: Plane, made: Plane): Placement | undefined {
  const sources = pyramidOf(source, SEARCHED).map(detailOf);
  const mades = pyramidOf(made, SEARCHED).map(detailOf);
  let level = sources.length - 1;
  let placement: Placement | undefined = search(sources[level]!, mades[level]!);
  for (; level >= 0 && placement !== undefined; level--) {
    placement = refined(sources[level]!, mades[level]!, placement);
    if (level > 0 && placement !== undefined) placement = onScale(placement, 2);
  }
  return placement;
}

function search(source: Plane, made: Plane): Placement {
  const reach = Math.ceil(REACH * Math.max(source.width, source.height));
  let best = { placement: IN_PLACE, score: -1 };
  for (const size of SIZES) {
    const resized = warped(made, { ...IN_PLACE, width: size, height: size });
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const score = alikeness(compareParts(source, shifted(resized, x, y)));
        if (score > best.score) best = { placement: { x: x * size, y: y * size, width: size, height: size }, score };
      }
  }
  return best.placement;
}

const alikeness = ({ likeness }: Parts): number => likeness.reduce((sum, l) => (l > ALIKE ? sum + l * l : sum), 0);

/** By whole pixels, edges repeated. */
function shifted({ width, height, data }: Plane, dx: number, dy: number): Plane {
  const out = new Float32Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.min(Math.max(x + dx, 0), width - 1));
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(Math.max(y + dy, 0), height - 1) * width;
    for (let x = 0; x < width; x++, i++) out[i] = data[row + columns[x]!]!;
  }
  return { width, height, data: out };
}

function refined(source: Plane, made: Plane, from: Placement): Placement | undefined {
  let at = from;
  let contrast = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const seen = warped(made, at);
    const step = stepFrom(source, seen, contrast);
    if (step === undefined) return undefined;
    const next = {
      ...{ x: at.x + step.x, y: at.y + step.y },
      ...{ width: at.width + step.width, height: at.height + step.height },
    };
    contrast = step.contrast;
    const moved = furthest({ ...step, width: 1 + step.width, height: 1 + step.height }, source);
    at = next;
    if (moved < SETTLED) break;
  }
  return at;
}

/** What is to be added to a placement, and the contrast of the source in the result. Undefined: nothing tells. */
function stepFrom(
  source: Plane,
  seen: Plane,
  contrast: number,
): (Placement & { readonly contrast: number }) | undefined {
  const { width, height } = source;
  const parts = compareParts(source, seen);
  const limit = BIWEIGHT * DEVIATION_OF_MAD * medianDifference(source, seen, parts, contrast) + 1e-6;
  const matrix = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
  const right = new Array<number>(5).fill(0);
  const row = new Float64Array(5);
  let counted = 0;
  for (const { alike, left, right: end, top, bottom } of partsOf(source, parts)) {
    for (let y = Math.max(top, 1); y < Math.min(bottom, height - 1); y++)
      for (let x = Math.max(left, 1), to = Math.min(end, width - 1); x < to; x++) {
        const i = y * width + x;
        const [s, m] = [source.data[i]!, seen.data[i]!];
        const share = (m - contrast * s) / limit;
        const rest = 1 - share * share;
        if (rest <= 0) continue;
        const weight = alike * alike * rest * rest;
        const gx = seen.data[i + 1]! - seen.data[i - 1]! + contrast * (source.data[i + 1]! - source.data[i - 1]!);
        const below = i + width;
        const above = i - width;
        const gy = seen.data[below]! - seen.data[above]! + contrast * (source.data[below]! - source.data[above]!);
        row[0] = gx / 4;
        row[1] = (row[0] * (x + 0.5 - width / 2)) / width;
        row[2] = gy / 4;
        row[3] = (row[2] * (y + 0.5 - height / 2)) / height;
        row[4] = -s;
        for (let a = 0; a < 5; a++) {
          const weighted = weight * row[a]!;
          for (let b = a; b < 5; b++) matrix[a]![b]! += weighted * row[b]!;
          right[a]! -= weighted * m;
        }
        counted++;
      }
  }
  if (counted < PART ** 2) return undefined;
  for (let a = 0; a < 5; a++) {
    for (let b = 0; b < a; b++) matrix[a]![b] = matrix[b]![a]!;
    matrix[a]![a]! += 1e-6 * (matrix[a]![a]! + 1);
  }
  const [x, wide, y, high, its] = solveLinear(matrix, right) as [number, number, number, number, number];
  return { x, y, width: wide / width, height: high / height, contrast: its };
}

/** Where the parts lie that count, and how alike they are. */
function partsOf({ width, height }: Plane, { likeness, columns }: Parts) {
  return [...likeness.keys()].flatMap((part) => {
    const alike = likeness[part]!;
    if (!(alike > ALIKE)) return [];
    const [left, top] = [(part % columns) * PART, Math.floor(part / columns) * PART];
    return [{ alike, left, top, right: Math.min(left + PART, width), bottom: Math.min(top + PART, height) }];
  });
}

/** Of so many pixels the median is found. */
const SAMPLES = 20_000;

function medianDifference(source: Plane, seen: Plane, parts: Parts, contrast: number): number {
  const { width, height } = source;
  const stride = Math.ceil((width * height) / SAMPLES);
  const differences: number[] = [];
  for (const { left, right, top, bottom } of partsOf(source, parts))
    for (let y = top; y < bottom; y++)
      for (let i = y * width + left + (y % stride); i < y * width + right; i += stride)
        differences.push(Math.abs(seen.data[i]! - contrast * source.data[i]!));
  return Float64Array.from(differences).sort()[differences.length >> 1] ?? 0;
}

/** A picture that was drawn anew after another one, without what drifted on the way: place, size, colours. */
import type { Drift, DriftWish } from "../../../shared/drift.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { type ColorDrift, findColors } from "./find-colors.ts";
import { findPlacement } from "./find-placement.ts";
import { furthest, IN_PLACE, onScale, type Placement, warped } from "./placement.ts";
import { channelOf, detailOf, lumaOf, type Plane, pyramidOf } from "./plane.ts";
import { putBack } from "./put-back.ts";
import { compareParts, type Parts, partAt } from "./same-parts.ts";

/** Pixels of the longer side at which is judged: grain that was drawn anew is averaged away. */
const JUDGED = 256;
/** A part is the same in both from here on. */
const SAME = 0.7;
/** So many have to be, at the least, and this share of those that show something. Of two pictures that have nothing to do with each other 0.05 are, at most. */
const FEWEST = 8;
const LEAST_SHARE = 0.2;
/** They have to lie apart: a share of the side, as the deviation of their places. */
const SPREAD = 0.1;
/** No drift goes further: shares of the sides. */
const FURTHEST = 0.06;
/** Pixels: what moves no corner by as much stays. */
const LEAST_MOVE = 0.1;
/** Of what still differs, what a correction has to take away at the least to be made. */
const MOVE_HELPS = 0.98;
const COLORS_HELP = 0.9;
/** Levels of 255: less is no drift; more, on the average, was asked for. */
const LEAST_LEVELS = 0.5;
const MOST_LEVELS = 16;
/** So much of what is the same in form has to agree in colour, too. */
const AGREED = 0.4;

/**
 * `made`, drawn anew after `source` (both of one size), with what `wish` asks for taken away: how it moved and grew, how its
 * colours changed. Both are measured on the part that shows the same, and done only where they make that part more alike. Where
 * too little is the same, or more changed than drifts, nothing is done: `made` itself comes back.
 */
export function withoutDrift(
  made: PixelImage,
  source: PixelImage,
  wish: DriftWish,
): { readonly image: PixelImage; readonly drift: Drift } {
  const [before, after] = [lumaOf(source), lumaOf(made)];
  const judge = (placement: Placement) => judged(before, after, placement);
  const found = findPlacement(before, after);
  const isNear = found !== undefined && furthest(found, made) <= FURTHEST * Math.hypot(made.width, made.height);
  const placement = isNear ? found : IN_PLACE;
  const parts = judge(placement);
  const same = shareOf(parts);
  if (!isTelling(parts))
    return { image: made, drift: { same, ...(wish.place && UNKNOWN.place), ...(wish.color && UNKNOWN.color) } };
  const moves = furthest(placement, made) >= LEAST_MOVE && helps(before, after, placement);
  const at = moves ? placement : IN_PLACE;
  const colors = wish.color ? findColors(pairsOf(source, made, { at, parts })) : undefined;
  const color = colorOf(colors);
  const moved = wish.place && moves ? at : undefined;
  const map = color === "brought-back" ? colors!.map : undefined;
  const drift: Drift = {
    same,
    ...(wish.place && { place: moves ? "put-back" : "in-place" }),
    ...(moved && { moved }),
    ...(wish.color && { color }),
    ...(map && { levels: colors!.levels }),
  };
  if (!moved && !map) return { image: made, drift };
  const scale = scaleOf(made);
  const around = (x: number, y: number) => isSame(parts.likeness[partAt(x / scale, y / scale, parts)]!);
  return { image: putBack(made, source, { placement: moved, colors: map, around }), drift };
}

const UNKNOWN = { place: { place: "unknown" }, color: { color: "unknown" } } as const;

/** Of NaN, where the source shows nothing, it is false. */
const isSame = (likeness: number): boolean => likeness >= SAME;

/** How many times smaller a picture is judged. */
function scaleOf({ width, height }: PixelImage): number {
  let scale = 1;
  while (Math.max(width, height) / scale > JUDGED) scale *= 2;
  return scale;
}

const small = (plane: Plane): Plane => pyramidOf(plane, JUDGED).at(-1)!;

function judged(source: Plane, made: Plane, placement: Placement): Parts {
  const [a, b] = [small(source), small(made)];
  return compareParts(detailOf(a), detailOf(warped(b, onScale(placement, b.width / made.width))));
}

function shareOf({ likeness }: Parts): number {
  const shown = likeness.filter((each) => !Number.isNaN(each));
  return shown.length === 0 ? 0 : shown.filter(isSame).length / shown.length;
}

/** Whether enough is the same, and lies far enough apart to measure by. */
function isTelling(parts: Parts): boolean {
  const places = [...parts.likeness.keys()].filter((part) => isSame(parts.likeness[part]!));
  const spread = (length: number, at: (part: number) => number) => deviation(places.map(at)) / length >= SPREAD;
  return (
    places.length >= FEWEST &&
    shareOf(parts) >= LEAST_SHARE &&
    spread(parts.columns, (part) => part % parts.columns) &&
    spread(parts.rows, (part) => Math.floor(part / parts.columns))
  );
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Whether what is the same is more alike where the result is put back, at its full size. */
function helps(source: Plane, made: Plane, placement: Placement): boolean {
  const detail = detailOf(source);
  const there = detailOf(warped(made, placement));
  const parts = compareParts(detail, there);
  return unlike(detail, there, parts) <= MOVE_HELPS * unlike(detail, detailOf(made), parts);
}

/** 1 less the mean likeness of the parts that are the same once the result is put back. */
function unlike(source: Plane, made: Plane, { likeness }: Parts): number {
  const now = compareParts(source, made).likeness;
  const parts = [...likeness.keys()].filter((part) => isSame(likeness[part]!));
  return parts.reduce((sum, part) => sum + 1 - now[part]!, 0) / Math.max(parts.length, 1) + 1e-9;
}

/** The colours of what is the same in form, or shows nothing, in both. */
function pairsOf(source: PixelImage, made: PixelImage, { at, parts }: { at: Placement; parts: Parts }) {
  const planes = [source, made].map((image) =>
    [0, 1, 2].map((c) => {
      const plane = small(channelOf(image, c));
      return image === made ? warped(plane, onScale(at, plane.width / made.width)) : plane;
    }),
  ) as [Plane[], Plane[]];
  const { width, height } = planes[0][0]!;
  const [from, to]: [number[], number[]] = [[], []];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const likeness = parts.likeness[partAt(x, y, parts)]!;
      if (likeness < SAME) continue;
      for (let c = 0; c < 3; c++) {
        to.push(planes[0][c]!.data[i]!);
        from.push(planes[1][c]!.data[i]!);
      }
    }
  return { made: Float32Array.from(from), source: Float32Array.from(to) };
}

function colorOf(colors: ColorDrift | undefined): NonNullable<Drift["color"]> {
  if (colors === undefined || colors.agreed < AGREED) return "unknown";
  if (colors.levels < LEAST_LEVELS || colors.after > COLORS_HELP * colors.before) return "as-before";
  return colors.levels > MOST_LEVELS ? "changed" : "brought-back";
}

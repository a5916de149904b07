/** Where the picture of a key visual lies in another format. */
import type { Rect, Size } from "../geometry.ts";
import { areaOf, isWithin, overlapOf } from "./boxes.ts";

export interface PictureWish {
  /** Of the picture, canvas pixels of the key visual. */
  readonly picture: Size;
  /** Of the picture, 0 … 1 of its width and height. */
  readonly subject: Rect;
  /** 0: the whole picture is seen; 1: it fills the format as far as its subject allows. */
  readonly closeness: number;
  readonly size: Size;
  readonly safe: Rect;
  /** What should not lie on the subject, in the format's space. */
  readonly layers: readonly Rect[];
}

/** How much each counts: the subject under a layer, ground to paint, a smaller picture, and the way from where the subject was. */
const COSTS = { covered: 8, painted: 1, smaller: 0.6, moved: 0.25 } as const;
/** Scales that are tried, each so much smaller than the last, and places of each. */
const [SCALES, SMALLER, PLACES] = [16, 0.95, 9] as const;

/**
 * The picture's box in the format's space, whole pixels. Its subject lies whole inside the safe area; among the places where it does
 * the cheapest one is taken. A side that the picture can cover it covers, where the subject allows that: then nothing is painted there.
 */
export function placePicture(wish: PictureWish): Rect {
  const { picture, subject, closeness, size, safe } = wish;
  const contain = Math.min(size.width / picture.width, size.height / picture.height);
  const cover = Math.max(size.width / picture.width, size.height / picture.height);
  // A pixel less on each side: the picture's corner will be moved to a whole one.
  const subjectFits = Math.min(
    (safe.width - 2) / (subject.width * picture.width),
    (safe.height - 2) / (subject.height * picture.height),
  );
  const wanted = Math.min(contain ** (1 - closeness) * cover ** closeness, subjectFits);
  let [best, least] = [undefined as Rect | undefined, Number.POSITIVE_INFINITY];
  for (let step = 0; step < SCALES; step++) {
    const scale = wanted * SMALLER ** step;
    for (const box of placesOf(wish, scale)) {
      const cost = costOf(box, wish) + COSTS.smaller * Math.log(wanted / scale);
      if (cost < least - 1e-9) [best, least] = [box, cost];
    }
  }
  return best!;
}

/** With the subject all over the safe area, each as it is and brought to the format's edges. */
function placesOf({ picture, subject, size, safe }: PictureWish, scale: number): Rect[] {
  const box = { width: Math.ceil(picture.width * scale), height: Math.ceil(picture.height * scale) };
  const inner = subjectIn({ x: 0, y: 0, ...box }, subject);
  const share = (i: number) => i / (PLACES - 1);
  const along = (side: "width" | "height", at: "x" | "y", i: number) => {
    const free = safe[at] + share(i) * (safe[side] - inner[side]) - inner[at];
    const atEdge = Math.min(Math.max(free, Math.min(0, size[side] - box[side])), Math.max(0, size[side] - box[side]));
    return [...new Set([Math.round(atEdge), Math.round(free)])];
  };
  const places: Rect[] = [];
  for (let i = 0; i < PLACES; i++)
    for (let j = 0; j < PLACES; j++)
      for (const x of along("width", "x", i))
        for (const y of along("height", "y", j)) {
          const placed = { x, y, ...box };
          if (isWithin(subjectIn(placed, subject), safe)) places.push(placed);
        }
  return places;
}

function costOf(box: Rect, { subject, size, layers }: PictureWish): number {
  const inner = subjectIn(box, subject);
  const whole = { x: 0, y: 0, ...size };
  const covered = layers.reduce((sum, layer) => sum + areaOf(overlapOf(layer, inner)), 0) / areaOf(inner);
  const painted = 1 - areaOf(overlapOf(box, whole)) / areaOf(whole);
  const middle = (at: number, length: number, of: number) => (at + length / 2) / of;
  const moved = Math.hypot(
    middle(inner.x, inner.width, size.width) - middle(subject.x, subject.width, 1),
    middle(inner.y, inner.height, size.height) - middle(subject.y, subject.height, 1),
  );
  return COSTS.covered * covered + COSTS.painted * painted + COSTS.moved * moved;
}

/** The subject of a picture that lies in this box. */
export const subjectIn = ({ x, y, width, height }: Rect, subject: Rect): Rect => ({
  x: x + subject.x * width,
  y: y + subject.y * height,
  width: subject.width * width,
  height: subject.height * height,
});

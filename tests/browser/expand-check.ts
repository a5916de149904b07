/** What became of the pixels of a picture that was expanded. */
import { type Affine, compose, invert } from "../../shared/affine.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { Seen } from "./driver.ts";
import type { FillCase } from "./fill-cases.ts";
import type { Painted } from "./random-painter.ts";
import { rasterOf } from "./raster-check.ts";

/** Pixels of the placed picture that are neither what was painted nor, where nothing was, the picture's own (or nothing). */
export function unlikePainted(placed: PixelImage, painted: Painted): number {
  if (placed.width !== painted.width || placed.height !== painted.height) return painted.changed.length;
  let errors = 0;
  for (let i = 0; i < painted.changed.length; i++) {
    const isSame = sameBytes([placed.data, i * 4], [painted.data, i * 4]);
    errors += Number(!isSame && (painted.changed[i] === 1 || placed.data[i * 4 + 3] !== 0));
  }
  return errors;
}

/**
 * Pixels that the picture covered wholly, as it did those around them, and that are drawn otherwise now, by more than a level: where a picture
 * is turned, the browser's own cover of a pixel is a rounding less than whole, and what lies behind can turn the last bit of a colour.
 */
export function pixelsDrawnOtherwise(before: PixelImage, after: PixelImage): number {
  const { width, height, data } = before;
  const isCovered = (i: number) => data[i * 4 + 3] === 255;
  let count = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      // Two layers' edges in one pixel can round to a cover that is none.
      if (![i, i - 1, i + 1, i - width, i + width].every(isCovered)) continue;
      const differs = (channel: number) => Math.abs(data[i * 4 + channel]! - after.data[i * 4 + channel]!) > 1;
      count += Number([0, 1, 2, 3].some(differs));
    }
  return count;
}

export interface OwnPixels {
  readonly target: Seen;
  readonly placed: Seen;
  readonly painted: Painted;
  /** The target's picture, upright. */
  readonly own: PixelImage;
}

/**
 * `moved`: 1 where the picture's pixels do not lie on whole pixels of the larger one. `changed`: those of them that the target shows and
 * that are not what they were. `unpainted`: pixels beside the picture, and within its margins, that were left empty.
 */
export function ownErrors(one: FillCase, { target, placed, painted, own }: OwnPixels) {
  const raster = rasterOf(one);
  const toPage = placedToPage(placed, painted);
  const step = compose(invert(toPage), compose(target.absoluteTransform, invert(raster.fromTarget)));
  const [dx, dy] = [Math.round(step[0][2]), Math.round(step[1][2])];
  const longest = Math.max(painted.width, painted.height);
  const off = Math.max(
    ...[step[0][0] - 1, step[1][1] - 1, step[0][1], step[1][0]].map((value) => Math.abs(value) * longest),
    ...[step[0][2] - dx, step[1][2] - dy].map(Math.abs),
  );
  const inTarget = middleOn(compose(invert(target.absoluteTransform), toPage));
  const inPlaced = middleOn(compose(invert(placed.absoluteTransform), toPage));
  let [changed, unpainted] = [0, 0];
  for (let y = 0, i = 0; y < painted.height; y++)
    for (let x = 0; x < painted.width; x++, i++) {
      const [px, py] = [x - dx, y - dy];
      const isOwn = px >= 0 && py >= 0 && px < raster.size.width && py < raster.size.height;
      const isPainted = painted.changed[i] === 1;
      if (!isOwn) unpainted += Number(!isPainted && isIn(inPlaced(x, y), placed));
      else if (isIn(inTarget(x, y), target)) {
        const at = (py % own.height) * own.width + (px % own.width);
        // Half-transparent colours are rounded on their way through a canvas, before any Fill.
        const isOpaque = own.data[at * 4 + 3] === 255;
        changed += Number(
          isPainted
            ? painted.edge.side === "inside"
            : isOpaque && !sameBytes([painted.data, i * 4], [own.data, at * 4]),
        );
      }
    }
  return { moved: Number(off > 0.02), changed, unpainted };
}

/** From the pixels of a placed picture to the page. */
function placedToPage({ fills, width, height, absoluteTransform }: Seen, size: PixelImage): Affine {
  const [paint] = fills;
  if (paint?.type !== "IMAGE" || paint.scaleMode !== "CROP")
    throw new Error("The placed layer shows no cropped picture");
  const fromUnit = compose(scaled(size.width, size.height), paint.imageTransform!);
  return compose(absoluteTransform, compose(scaled(width, height), invert(fromUnit)));
}

const scaled = (x: number, y: number): Affine => [
  [x, 0, 0],
  [0, y, 0],
];

/** Where the middle of a pixel lies. */
const middleOn =
  ([[a, c, e], [b, d, f]]: Affine) =>
  (x: number, y: number) =>
    [a * (x + 0.5) + c * (y + 0.5) + e, b * (x + 0.5) + d * (y + 0.5) + f] as const;

const isIn = ([u, v]: readonly [number, number], { width, height }: Seen) => u > 0 && v > 0 && u < width && v < height;

const sameBytes = ([a, i]: readonly [Uint8Array, number], [b, j]: readonly [Uint8Array, number]) =>
  a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3];

import type { PixelImage } from "../../../shared/pixels.ts";

const SIDE = 96;
const WHITE = 255;

type Inside = (x: number, y: number) => boolean;
type Shape = readonly [inside: Inside, color: readonly [number, number, number]];

/** Centre and radii, in hundredths of the side. */
const ellipse =
  (cx: number, cy: number, rx: number, ry: number): Inside =>
  (x, y) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
const box =
  (left: number, top: number, right: number, bottom: number): Inside =>
  (x, y) =>
    x >= left && x < right && y >= top && y < bottom;
const triangle =
  (cx: number, top: number, bottom: number, half: number): Inside =>
  (x, y) =>
    y >= top && y < bottom && Math.abs(x - cx) < (half * (y - top)) / (bottom - top);

/** From the back to the front. */
const DRAWINGS: readonly (readonly Shape[])[] = [
  [[ellipse(50, 50, 34, 34), [214, 60, 52]]],
  [[box(22, 30, 78, 72), [58, 104, 200]]],
  [[triangle(50, 18, 82, 36), [66, 158, 84]]],
  [
    [ellipse(50, 62, 36, 18), [240, 196, 70]],
    [box(44, 16, 56, 62), [120, 76, 46]],
  ],
  [
    [box(18, 44, 82, 56), [40, 40, 44]],
    [ellipse(34, 50, 12, 12), [120, 190, 220]],
    [ellipse(66, 50, 12, 12), [120, 190, 220]],
  ],
  [
    [triangle(34, 26, 78, 22), [150, 90, 180]],
    [triangle(66, 40, 78, 22), [236, 140, 160]],
  ],
  [
    [box(40, 12, 60, 88), [230, 120, 40]],
    [box(12, 40, 88, 60), [230, 120, 40]],
  ],
  [
    [ellipse(50, 50, 36, 36), [90, 200, 190]],
    [ellipse(50, 50, 18, 18), [250, 250, 250]],
    [ellipse(50, 50, 7, 7), [30, 60, 90]],
  ],
];

/**
 * Simple drawings of nothing in particular, on white. Image encoders see something alike in any two pictures: how alike these are
 * to a character says where likeness to it begins, for this encoder.
 */
export const unrelatedPictures = (): PixelImage[] => DRAWINGS.map(draw);

function draw(shapes: readonly Shape[]): PixelImage {
  const data = new Uint8Array(4 * SIDE * SIDE).fill(WHITE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [((i % SIDE) * 100) / SIDE, (Math.floor(i / SIDE) * 100) / SIDE];
    for (const [inside, color] of shapes) if (inside(x, y)) data.set(color, 4 * i);
  }
  return { width: SIDE, height: SIDE, data };
}

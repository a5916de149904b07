import { GROUNDS, pictureOf, SHAPES } from "../../companion/bench/quality/grounds.ts";
import { crop, cropMask } from "../../companion/image/composite.ts";
import { infilled } from "../../companion/image/infill.ts";
import { patchMatched } from "../../companion/image/patch-match/patch-match.ts";
import type { PixelImage } from "../../shared/pixels.ts";

/** The hole and what is around it: the whole ground would take long. */
const RECT = { x: 96, y: 96, width: 128, height: 128 };
const mask = cropMask(SHAPES.find(({ name }) => name === "64 × 64 px")!.mask, RECT);
const groundOf = (ground: (typeof GROUNDS)[number]) => crop(pictureOf(ground, 0), RECT);
const DIAGONALS = { name: "diagonals", grain: 1, at: (x: number, y: number) => ((x + y) % 24 < 12 ? 60 : 200) };
const HORIZON = { name: "horizon", grain: 1, at: (x: number, y: number) => (y < 150 ? 190 - 0.1 * x : 80) };
const named = (wanted: string) => GROUNDS.find(({ name }) => name === wanted)!;

/** Nothing is left of what was under the mask. */
function emptied(picture: PixelImage): PixelImage {
  const data = picture.data.slice();
  mask.data.forEach((value, i) => {
    if (value > 0) data.fill(255, 4 * i, 4 * i + 4);
  });
  return { ...picture, data };
}

const inHole = ({ data }: PixelImage) =>
  [...mask.data.keys()].filter((i) => mask.data[i]! > 0).map((i) => data[4 * i]!);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const contrast = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

function completed(ground: (typeof GROUNDS)[number]) {
  const truth = groundOf(ground);
  const smooth = infilled(emptied(truth), mask);
  const made = patchMatched(smooth, mask);
  const wanted = inHole(truth);
  const errorOf = (picture: PixelImage) => mean(inHole(picture).map((value, i) => Math.abs(value - wanted[i]!)));
  return { truth, smooth, made, errorOf };
}

test.each([named("flat"), named("gradient"), DIAGONALS, HORIZON])(
  "patchMatched() goes on with a ground that is $name",
  (ground) => {
    const { made, errorOf } = completed(ground);
    expect(errorOf(made)).toBeLessThan(1);
  },
);

test("patchMatched() goes on with grain as strong as the picture's, where a smooth continuation has none", () => {
  const { truth, smooth, made } = completed(named("texture"));
  const share = (picture: PixelImage) => contrast(inHole(picture)) / contrast(inHole(truth));
  expect(share(smooth)).toBeLessThan(0.2);
  expect(share(made)).toBeGreaterThan(0.9);
  expect(share(made)).toBeLessThan(1.1);
});

test("patchMatched() changes nothing outside of the mask, and makes the same bytes again", () => {
  const { smooth, made } = completed(named("photo-like"));
  mask.data.forEach((value, i) => {
    if (value === 0 && made.data[4 * i] !== smooth.data[4 * i]) throw new Error(`pixel ${i} changed`);
  });
  expect(Buffer.compare(patchMatched(smooth, mask).data, made.data)).toBe(0);
});

test("patchMatched() leaves a picture alone of which too little is known, and one without a hole", () => {
  const picture = groundOf(named("texture"));
  const all = { ...mask, data: mask.data.map(() => 255) };
  expect(patchMatched(picture, all)).toBe(picture);
  expect(patchMatched(picture, { ...mask, data: mask.data.map(() => 0) })).toBe(picture);
});

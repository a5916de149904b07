/** Against OpenCV and diffusers: see tests/fixtures/image/make_preprocessors.py. */
import { toAttentionMask } from "../../companion/image/attention-mask.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { canny } from "../../companion/image/preprocessors/canny.ts";
import { preprocess } from "../../companion/image/preprocessors/preprocess.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import reference from "../fixtures/image/preprocessors.json";
import { bytes, floats, testPicture } from "./reference.ts";

const png = (base64: string): Promise<PixelImage> => decodeImage(bytes(base64));
const reds = ({ data }: PixelImage) => data.filter((_, i) => i % 4 === 0);
const differing = (a: Uint8Array, b: Uint8Array) => a.filter((value, i) => value !== b[i]).length;

test.each(reference.canny)(
  "canny() finds OpenCV's edges between $low and $high",
  async ({ source, edges, low, high }) => {
    const expected = reds(await png(edges));
    expect(expected.includes(255)).toBe(true);
    expect(differing(reds(canny(await png(source), { low, high })), expected)).toBe(0);
  },
);

test.each(reference.scribble)("scribble() draws OpenCV's lines", async ({ source, lines }) => {
  const expected = reds(await png(lines));
  expect(expected.includes(255) && expected.includes(0)).toBe(true);
  expect(differing(reds(preprocess(await png(source), "scribble")), expected)).toBe(0);
});

test.each(reference.color)("colorGrid() has OpenCV's colours", async ({ source, grid }) => {
  const [expected, got] = [await png(grid), preprocess(await png(source), "color")];
  const furthest = expected.data.reduce((most, value, i) => Math.max(most, Math.abs(value - got.data[i]!)), 0);
  expect(furthest).toBeLessThanOrEqual(1); // OpenCV rounds its weights to 11 bits
});

test("tile keeps the picture, on white where it is transparent", () => {
  const opaque = testPicture(9, 7);
  expect(preprocess(opaque, "tile")).toEqual(opaque);
  const clear = preprocess(
    testPicture(2, 2, () => 0),
    "tile",
  );
  expect(clear.data.every((value) => value === 255)).toBe(true);
});

test("outline() makes any drawn lines white on black", () => {
  const drawing = (ink: number, paper: number, alpha: (isInk: boolean) => number): PixelImage => ({
    width: 4,
    height: 1,
    data: Uint8Array.from([0, 1, 0, 0].flatMap((line) => [...Array(3).fill(line ? ink : paper), alpha(line === 1)])),
  });
  const lines = [0, 255, 0, 0];
  expect([
    ...reds(
      preprocess(
        drawing(0, 255, () => 255),
        "outline",
      ),
    ),
  ]).toEqual(lines);
  expect([
    ...reds(
      preprocess(
        drawing(255, 0, () => 255),
        "outline",
      ),
    ),
  ]).toEqual(lines);
  expect([
    ...reds(
      preprocess(
        drawing(255, 0, (ink) => (ink ? 255 : 0)),
        "outline",
      ),
    ),
  ]).toEqual(lines);
  expect([
    ...reds(
      preprocess(
        drawing(0, 0, (ink) => (ink ? 255 : 0)),
        "outline",
      ),
    ),
  ]).toEqual(lines);
});

test.each(reference.masks)(
  "toAttentionMask() is diffusers' for $queries queries",
  ({ width, height, source, queries, expected }) => {
    const packed = bytes(source);
    const data = Uint8Array.from({ length: width * height }, (_, i) => ((packed[i >> 3]! >> (7 - (i & 7))) & 1) * 255);
    const got = toAttentionMask({ width, height, data }, queries);
    const want = floats(expected);
    expect(got.length).toBe(want.length);
    for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 5);
  },
);

import { crop } from "../../../companion/image/composite.ts";
import { cutOut } from "../../../shared/cut-out/cut-out.ts";
import { findGround } from "../../../shared/cut-out/ground.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

type Colour = readonly [number, number, number];
type Shape = (x: number, y: number) => boolean;

const SAMPLES = 4;

/** A shape before a ground, with edges as renderers soften them; and its true coverage. */
function scene(
  [width, height]: readonly [number, number],
  { shape, colour, ground }: { shape: Shape; colour: Colour; ground: (x: number, y: number) => Colour },
): { image: PixelImage; coverage: Float64Array } {
  const coverage = Float64Array.from({ length: width * height }, (_, i) => {
    let inside = 0;
    for (let s = 0; s < SAMPLES ** 2; s++) {
      const [dx, dy] = [((s % SAMPLES) + 0.5) / SAMPLES, (Math.floor(s / SAMPLES) + 0.5) / SAMPLES];
      if (shape((i % width) + dx, Math.floor(i / width) + dy)) inside += 1;
    }
    return inside / SAMPLES ** 2;
  });
  const data = new Uint8Array(width * height * 4);
  coverage.forEach((alpha, i) => {
    const below = ground(i % width, Math.floor(i / width));
    for (let c = 0; c < 3; c++) data[4 * i + c] = Math.round(alpha * colour[c]! + (1 - alpha) * below[c]!);
    data[4 * i + 3] = 255;
  });
  return { image: { width, height, data }, coverage };
}

const disc: Shape = (x, y) => Math.hypot(x - 48.3, y - 40.7) < 23.4;
const ring: Shape = (x, y) => disc(x, y) && Math.hypot(x - 48.3, y - 40.7) > 15;
const thin: Shape = (x, y) => Math.abs(x - y - 3.2) < 2.2 && x > 20 && x < 70;
const white = (): Colour => [255, 255, 255];

/** Of a number for every pixel. */
const largest = (image: PixelImage, value: (i: number) => number): number => {
  let most = 0;
  for (let i = 0; i < image.width * image.height; i++) most = Math.max(most, value(i));
  return most;
};

test.each<[string, Shape, Colour, (x: number, y: number) => Colour]>([
  ["a red disc before white", disc, [200, 30, 40], white],
  ["a dark disc before black-blue", disc, [230, 220, 40], () => [10, 12, 40]],
  ["a disc before a gradient", disc, [20, 120, 60], (x, y) => [200 + x * 0.4, 230 - y * 0.5, 240]],
  ["a thin line", thin, [20, 20, 20], white],
])("%s: coverage and colours are right, and nothing of the ground is left", (_, shape, colour, ground) => {
  const { image, coverage } = scene([96, 80], { shape, colour, ground });
  const { image: cut } = cutOut(image);
  expect(largest(cut, (i) => Math.abs(cut.data[4 * i + 3]! / 255 - coverage[i]!))).toBeLessThan(0.06);
  // Seen before another ground it is what it would have been there.
  const black = largest(cut, (i) =>
    Math.max(
      ...[0, 1, 2].map((c) =>
        Math.abs((cut.data[4 * i + c]! * cut.data[4 * i + 3]!) / 255 - colour[c]! * coverage[i]!),
      ),
    ),
  );
  expect(black).toBeLessThan(16);
});

test("over its own ground it is the picture again, within a level or two", () => {
  const { image } = scene([96, 80], { shape: disc, colour: [200, 30, 40], ground: white });
  const { image: cut } = cutOut(image);
  const difference = largest(cut, (i) => {
    const alpha = cut.data[4 * i + 3]! / 255;
    return Math.max(
      ...[0, 1, 2].map((c) => Math.abs(alpha * cut.data[4 * i + c]! + (1 - alpha) * 255 - image.data[4 * i + c]!)),
    );
  });
  expect(difference).toBeLessThanOrEqual(2);
});

test("what has the ground's colour inside of the subject stays", () => {
  const { image } = scene([96, 80], { shape: ring, colour: [0, 90, 200], ground: white });
  const { image: cut } = cutOut(image);
  const middle = 4 * (40 * 96 + 48);
  expect([...cut.data.subarray(middle, middle + 4)]).toEqual([255, 255, 255, 255]);
});

test("the bounds are those of what is left", () => {
  const { image } = scene([96, 80], {
    shape: (x, y) => x >= 20 && x < 50 && y >= 10 && y < 30,
    colour: [0, 0, 0],
    ground: white,
  });
  const { image: cut, bounds } = cutOut(image);
  expect(bounds).toEqual({ x: 20, y: 10, width: 30, height: 20 });
  const part = crop(cut, bounds);
  expect([part.width, part.height, part.data.length]).toEqual([30, 20, 2400]);
  expect(part.data.every((value, i) => value === (i % 4 === 3 ? 255 : 0))).toBe(true);
});

test("a ground with grain is found, and cut away", () => {
  let state = 1;
  const grain = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32 - 0.5) * 6);
  };
  const { image, coverage } = scene([96, 80], {
    shape: disc,
    colour: [200, 30, 40],
    ground: () => [240 + grain(), 238 + grain(), 236 + grain()],
  });
  expect(findGround(image)!.noise).toBeLessThan(4);
  const { image: cut } = cutOut(image);
  expect(largest(cut, (i) => Math.abs(cut.data[4 * i + 3]! / 255 - coverage[i]!))).toBeLessThan(0.12);
});

test("specks go with the ground, small parts of a subject of many stay", () => {
  const dots: Shape = (x, y) => Math.hypot((x % 24) - 12, (y % 20) - 10) < 9;
  const { image, coverage } = scene([96, 80], {
    shape: (x, y) => dots(x, y) || (x < 2 && y < 2),
    colour: [0, 0, 0],
    ground: white,
  });
  const { image: cut } = cutOut(image);
  expect(cut.data[3]).toBe(0);
  expect(
    largest(cut, (i) => (i % 96 < 4 && i < 4 * 96 ? 0 : Math.abs(cut.data[4 * i + 3]! / 255 - coverage[i]!))),
  ).toBeLessThan(0.06);
});

test("a subject that reaches the edge of the picture is kept", () => {
  const { image } = scene([96, 80], { shape: (x) => x > 30 && x < 60, colour: [10, 10, 10], ground: white });
  const { bounds } = cutOut(image);
  expect(bounds).toEqual({ x: 30, y: 0, width: 30, height: 80 });
});

test.each<[string, PixelImage]>([
  ["stripes", scene([64, 64], { shape: (x) => Math.floor(x / 8) % 2 === 0, colour: [0, 0, 0], ground: white }).image],
  ["nothing but ground", scene([64, 64], { shape: () => false, colour: [0, 0, 0], ground: white }).image],
  ["a transparent edge", { width: 8, height: 8, data: new Uint8Array(256) }],
])("%s can't be cut out, and it says so", (_, image) => {
  expect(() => cutOut(image)).toThrow(expect.objectContaining({ code: "ground-not-plain" }));
});

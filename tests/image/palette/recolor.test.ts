import { paletteDistance, recolored } from "../../../companion/image/palette/recolor.ts";
import { colorOfHex, type Srgb } from "../../../shared/color/srgb.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

const palette = (...hex: string[]) => hex.map(colorOfHex);
function picture(width: number, height: number, at: (x: number, y: number) => readonly number[]): PixelImage {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * 4);
  return { width, height, data };
}
const levels = (color: Srgb) => color.map((value) => Math.round(value * 255));
const [BRAND, INK, PAPER] = palette("#0d99ff", "#1e1e1e", "#ffffff") as [Srgb, Srgb, Srgb];
const pixel = ({ width, data }: PixelImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

/** A sky, a dark hill and a pale cloud, each with some noise. */
const scene = picture(60, 60, (x, y) => {
  const noise = ((x * 7 + y * 13) % 11) - 5;
  if (y > 40) return [40 + noise, 44 + noise, 38 + noise, 255];
  return (x - 20) ** 2 + (y - 15) ** 2 < 64
    ? [244 + noise, 246 + noise, 240 + noise, 255]
    : [70 + noise, 120 + noise, 190 + noise, 255];
});

test("a picture's main colours become those of the palette, and what lies within them stays", () => {
  const made = recolored(scene, [BRAND, INK, PAPER], 1);
  expect(paletteDistance(scene, [BRAND, INK, PAPER])).toBeGreaterThan(8);
  expect(paletteDistance(made, [BRAND, INK, PAPER])).toBeLessThan(2.5);
  // Differences between neighbours are still there.
  const spread = (image: PixelImage) =>
    Math.max(...[0, 1, 2, 3, 4, 5, 6, 7].map((x) => pixel(image, x, 2)[1]!)) -
    Math.min(...[0, 1, 2, 3, 4, 5, 6, 7].map((x) => pixel(image, x, 2)[1]!));
  expect(spread(made)).toBeGreaterThan(spread(scene) / 2);
});

test("half as strongly it goes half of the way, not at all it stays as it is", () => {
  const distance = (strength: number) =>
    paletteDistance(recolored(scene, [BRAND, INK, PAPER], strength), [BRAND, INK, PAPER]);
  expect(distance(0.5)).toBeLessThan(0.75 * distance(0));
  expect(distance(0.5)).toBeGreaterThan(1.5 * distance(1));
  const kept = recolored(scene, [BRAND], 0);
  for (let i = 0; i < scene.data.length; i++) expect(Math.abs(kept.data[i]! - scene.data[i]!)).toBeLessThanOrEqual(1);
});

test("greys stay where the palette has none like them, alpha everywhere", () => {
  const half = picture(20, 20, (x, y) => (x < 10 ? [255, 255, 255, 255] : [200, 60, 50, y === 0 ? 90 : 255]));
  const made = recolored(half, [BRAND, INK], 1);
  expect(pixel(made, 2, 5)).toEqual([255, 255, 255, 255]);
  const [r, g, b] = levels(BRAND);
  const [red, green, blue] = pixel(made, 15, 5);
  expect(Math.abs(red! - r!) + Math.abs(green! - g!) + Math.abs(blue! - b!)).toBeLessThan(12);
  expect(pixel(made, 15, 0)[3]).toBe(90);
});

test("a gradient stays one: no step is an edge", () => {
  const ramp = picture(256, 4, (x) => [x, Math.round(x * 0.6), 255 - x, 255]);
  const made = recolored(ramp, palette("#e4572e", "#17bebb", "#2e282a"), 1);
  const steps = (image: PixelImage) =>
    Array.from({ length: 255 }, (_, x) =>
      Math.max(...[0, 1, 2].map((c) => Math.abs(pixel(image, x + 1, 1)[c]! - pixel(image, x, 1)[c]!))),
    );
  expect(Math.max(...steps(made))).toBeLessThanOrEqual(24);
});

test("the same picture gives the same bytes; one colour and no pixels are borne", () => {
  expect(recolored(scene, [BRAND, INK], 1)).toEqual(recolored(scene, [BRAND, INK], 1));
  const empty = picture(3, 3, () => [10, 20, 30, 0]);
  expect(recolored(empty, [BRAND], 1).width).toBe(3);
  expect(paletteDistance(empty, [BRAND])).toBe(0);
  const plain = picture(8, 8, () => [200, 30, 40, 255]);
  expect(paletteDistance(recolored(plain, [BRAND], 1), [BRAND])).toBeLessThan(1.5);
});

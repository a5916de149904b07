import { infilled } from "../../companion/image/infill.ts";
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";

const SIZE = { width: 120, height: 60 };

/** Known on the left, white beyond. */
function half(level: (x: number, y: number) => number, known: number): { image: PixelImage; mask: Mask } {
  const data = new Uint8Array(SIZE.width * SIZE.height * 4).fill(255);
  const mask = new Uint8Array(SIZE.width * SIZE.height);
  for (let i = 0; i < mask.length; i++) {
    const [x, y] = [i % SIZE.width, Math.floor(i / SIZE.width)];
    if (x < known) data.fill(level(x, y), i * 4, i * 4 + 3);
    else mask[i] = 255;
  }
  return { image: { ...SIZE, data }, mask: { ...SIZE, data: mask } };
}
const at = ({ data }: PixelImage, x: number, y: number) => data[(y * SIZE.width + x) * 4]!;

test("infilled() goes on with a flat ground, and keeps what is known", () => {
  const { image, mask } = half(() => 90, 50);
  const filled = infilled(image, mask);
  expect([at(filled, 51, 10), at(filled, 80, 30), at(filled, 119, 59)]).toEqual([90, 90, 90]);
  expect(filled.data.subarray(0, 200)).toEqual(image.data.subarray(0, 200));
});

test("infilled() begins at the edge with the colours that are there", () => {
  const { image, mask } = half((_x, y) => 40 + 3 * y, 50);
  const filled = infilled(image, mask);
  for (const y of [6, 30, 54]) expect(Math.abs(at(filled, 51, y) - (40 + 3 * y))).toBeLessThan(8);
  // Further away only the lowest frequencies are left.
  expect(Math.abs(at(filled, 119, 54) - at(filled, 119, 6))).toBeLessThan(
    Math.abs(at(filled, 51, 54) - at(filled, 51, 6)),
  );
});

test("infilled() leaves a picture alone of which nothing is known", () => {
  const { image, mask } = half(() => 90, 0);
  expect(infilled(image, mask)).toBe(image);
});

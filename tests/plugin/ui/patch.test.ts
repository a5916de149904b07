import { patchOf } from "../../../plugin/ui/pixels/patch.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

const image = (...pixels: number[][]): PixelImage => ({
  width: pixels.length,
  height: 1,
  data: new Uint8Array(pixels.flat()),
});
/** Porter and Duff's "over", straight alpha. */
function over(below: PixelImage, above: PixelImage): number[] {
  return [...below.data.keys()].map((i) => {
    const [a, b] = [above.data[i - (i % 4) + 3]! / 255, below.data[i - (i % 4) + 3]! / 255];
    const alpha = a + b * (1 - a);
    if (i % 4 === 3) return alpha * 255;
    return alpha === 0 ? 0 : (above.data[i]! * a + below.data[i]! * b * (1 - a)) / alpha;
  });
}

test("patchOf() is transparent wherever nothing changed", () => {
  const before = image([10, 20, 30, 255], [1, 2, 3, 0], [90, 80, 70, 128]);
  const after = image([10, 20, 30, 255], [9, 9, 9, 0], [90, 80, 70, 128]);
  expect([...patchOf(before, after).data]).toEqual(Array(12).fill(0));
});

test("patchOf() keeps the new pixels where the old ones were opaque or not there", () => {
  const after = image([11, 20, 30, 255], [1, 2, 3, 40]);
  expect(patchOf(image([10, 20, 30, 255], [0, 0, 0, 0]), after).data).toEqual(after.data);
});

test("patchOf() over a half transparent picture looks as the result does", () => {
  const before = image([200, 100, 0, 128], [10, 250, 60, 30]);
  const after = image([90, 120, 60, 220], [10, 40, 90, 255]);
  const seen = over(before, patchOf(before, after));
  expect(Math.max(...seen.map((value, i) => Math.abs(value - after.data[i]!)))).toBeLessThan(2);
});

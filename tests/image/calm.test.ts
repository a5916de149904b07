/** The ground under a headline: how much calmer it gets, and what stays as it was. */
import { calmed } from "../../companion/image/calm.ts";
import type { PixelImage } from "../../shared/pixels.ts";

const [WIDTH, HEIGHT, EDGE] = [160, 120, 60];
const HEADLINE = { x: 80, y: 30, width: 70, height: 40 };

/** Grain and stripes over a slope of colour. */
function busy(): PixelImage {
  const data = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let y = 0, i = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++, i += 4) {
      const grain = ((x * 7919 + y * 104729) % 61) - 30 + (x % 8 < 4 ? 40 : -40);
      for (let c = 0; c < 3; c++) data[i + c] = Math.min(255, Math.max(0, 120 + y / 2 + grain * (1 - c / 6)));
      data[i + 3] = 255;
    }
  return { width: WIDTH, height: HEIGHT, data };
}
/** All to the right of the edge. */
const painted = {
  ...{ width: WIDTH, height: HEIGHT },
  data: Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH >= EDGE ? 255 : 0)),
};

/** The mean over windows of 8 × 8 pixels of the variance of their luma, levels². */
function localVariance({ data }: PixelImage, { x, y, width, height }: typeof HEADLINE): number {
  const variances: number[] = [];
  for (let wy = y; wy + 8 <= y + height; wy += 8)
    for (let wx = x; wx + 8 <= x + width; wx += 8) {
      const luma = Array.from({ length: 64 }, (_, i) => {
        const at = ((wy + (i >> 3)) * WIDTH + wx + (i & 7)) * 4;
        return 0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!;
      });
      const mean = luma.reduce((sum, value) => sum + value, 0) / 64;
      variances.push(luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 64);
    }
  return variances.reduce((sum, value) => sum + value, 0) / variances.length;
}
const meanOf = ({ data }: PixelImage, { x, y, width, height }: typeof HEADLINE) => {
  let sum = 0;
  for (let py = y; py < y + height; py++) for (let px = x; px < x + width; px++) sum += data[(py * WIDTH + px) * 4]!;
  return sum / (width * height);
};

test("under the headline the local variance falls to less than a tenth, and its colour stays", () => {
  const [before, after] = [busy(), calmed(busy(), painted, [HEADLINE])];
  const [was, is] = [localVariance(before, HEADLINE), localVariance(after, HEADLINE)];
  console.info(`local variance under the headline: ${was.toFixed(1)} without, ${is.toFixed(1)} with a calm area`);
  expect(is).toBeLessThan(was / 10);
  expect(Math.abs(meanOf(after, HEADLINE) - meanOf(before, HEADLINE))).toBeLessThan(3);
});

test("what is far from it stays to the bit, and so does what is kept", () => {
  const [before, after] = [busy(), calmed(busy(), painted, [HEADLINE])];
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const at = (y * WIDTH + x) * 4;
      if (x < EDGE - 1 || y > 112) expect(after.data.subarray(at, at + 4)).toEqual(before.data.subarray(at, at + 4));
    }
});

test("an area that is not painted at all is not softened, and one that leaves the picture is", () => {
  const kept = calmed(busy(), painted, [{ x: 5, y: 20, width: 30, height: 30 }]);
  expect(kept.data.subarray(0, 20 * 4)).toEqual(busy().data.subarray(0, 20 * 4));
  const corner = { x: 120, y: 88, width: 80, height: 60 };
  const seen = { x: 128, y: 96, width: 24, height: 16 };
  expect(localVariance(calmed(busy(), painted, [corner]), seen)).toBeLessThan(localVariance(busy(), seen) / 4);
});

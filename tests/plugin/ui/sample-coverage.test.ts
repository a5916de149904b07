import { sampleCoverage } from "../../../plugin/ui/pixels/sample-coverage.ts";
import type { Affine } from "../../../shared/affine.ts";

const mask = (width: number, height: number, at: (x: number, y: number) => number) => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});
const scaled = (x: number, y: number, [e, f] = [0, 0]): Affine => [
  [x, 0, e!],
  [0, y, f!],
];

test("a mask on a raster of its own pixels is itself", () => {
  const drawn = mask(5, 4, (x, y) => (x * 50 + y * 13) % 256);
  expect([...sampleCoverage(drawn, scaled(1, 1), drawn)]).toEqual([...drawn.data]);
});

test("a pixel is covered by the mean of the mask's pixels under it", () => {
  const drawn = mask(8, 8, (x) => (x < 2 ? 255 : 0));
  expect([...sampleCoverage(drawn, scaled(1 / 4, 1 / 4), { width: 3, height: 2 })]).toEqual([128, 0, 0, 128, 0, 0]);
});

test.each([
  ["stretched along one side", scaled(1 / 3, 5, [1, 0])],
  [
    "turned",
    [
      [0.3, -0.2, 6],
      [0.2, 0.3, 0],
    ],
  ],
  ["flipped and moved by parts of a pixel", scaled(-0.71, 0.64, [18.3, 1.2])],
] as [string, Affine][])("a mask that is %s covers only pixels that it touches", (_name, map) => {
  const size = { width: 20, height: 20 };
  const whole = mask(24, 24, () => 255);
  const covered = sampleCoverage(whole, map, size);
  const touched = new Set<number>();
  for (let v = 0; v < 24 * 16; v++)
    for (let u = 0; u < 24 * 16; u++) {
      const [p, q] = [(u + 0.5) / 16, (v + 0.5) / 16];
      const [[a, c, e], [b, d, f]] = map;
      const [x, y] = [Math.floor(a * p + c * q + e), Math.floor(b * p + d * q + f)];
      if (x >= 0 && y >= 0 && x < 20 && y < 20) touched.add(y * 20 + x);
    }
  const beyond = [...covered.keys()].filter((i) => covered[i]! > 0 && !touched.has(i));
  expect(beyond).toEqual([]);
  const most = [...touched].filter((i) => covered[i]! > 0).length / touched.size;
  expect(most).toBeGreaterThan(0.85);
});

test("what a mask touches with one faint pixel keeps a trace", () => {
  const drawn = mask(8, 8, (x, y) => (x === 3 && y === 3 ? 1 : 0));
  expect([...sampleCoverage(drawn, scaled(1 / 8, 1 / 8), { width: 1, height: 1 })]).toEqual([1]);
});

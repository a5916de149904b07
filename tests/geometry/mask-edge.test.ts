import type { Mask } from "../../shared/mask.ts";
import { edgeOf, featherInward, paintedMask, touchedRect } from "../../shared/mask-edge.ts";

const WIDTH = 160;
const HEIGHT = 120;
const maskOf = (on: (x: number, y: number) => number | boolean): Mask => ({
  width: WIDTH,
  height: HEIGHT,
  data: Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const value = on(i % WIDTH, Math.floor(i / WIDTH));
    return typeof value === "number" ? value : value ? 255 : 0;
  }),
});
const square = (side: number) => maskOf((x, y) => x >= 20 && x < 20 + side && y >= 20 && y < 20 + side);
const at = ({ data }: Mask, x: number, y: number) => data[y * WIDTH + x]!;
const SHAPES: readonly (readonly [string, Mask])[] = [
  ["a square", square(80)],
  ["8 × 8 pixels", square(8)],
  ["a stroke of 18 pixels", maskOf((x, y) => x > 10 && x < 150 && Math.abs(y - 40 - x / 4) < 9)],
  ["one pixel", square(1)],
  ["a soft disc at the picture's corner", maskOf((x, y) => Math.min(255, Math.max(0, (50 - Math.hypot(x, y)) * 60)))],
  ["two shapes", maskOf((x, y) => (x > 5 && x < 12 && y > 100) || Math.hypot(x - 100, y - 50) < 40)],
  ["all of the picture", maskOf(() => true)],
];

test.each(SHAPES)(
  "nothing outside of %s changes, and everything in it may, unless it is to spill over",
  (_name, mask) => {
    const bounds = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    for (const region of [{}, { edge: "hard" }, { edge: "soft", edgeWidth: 30 }] as const) {
      const painted = paintedMask(mask, edgeOf(region, bounds));
      const wrong = [...mask.data.keys()].filter((i) => painted.data[i]! > 0 !== mask.data[i]! > 0);
      expect(wrong).toEqual([]);
    }
  },
);

test.each(SHAPES)("the middle of %s is wholly new, however soft its edge", (_name, mask) => {
  const painted = featherInward(mask, 96);
  const most = Math.max(...painted.data);
  expect(most).toBe(255);
  const whole = [...painted.data].filter((v) => v >= 250).length / [...mask.data].filter((v) => v >= 128).length;
  expect(whole).toBeGreaterThan(0.3);
});

test("the result fades in from nothing along straight sides and in corners", () => {
  const painted = featherInward(square(80), 12);
  for (const [x, y] of [
    [20, 60],
    [60, 20],
    [99, 60],
    [20, 20],
    [99, 99],
  ])
    expect(at(painted, x!, y!)).toBeLessThanOrEqual(2);
  expect(at(painted, 32, 60)).toBe(255);
  for (let x = 21; x < 32; x++) expect(at(painted, x, 60)).toBeGreaterThan(at(painted, x - 1, 60));
});

test("where the picture ends the result does not fade", () => {
  const painted = featherInward(
    maskOf((x) => x < 60),
    12,
  );
  expect([at(painted, 0, 0), at(painted, 0, 119), at(painted, 30, 0)]).toEqual([255, 255, 255]);
  expect(at(painted, 59, 60)).toBeLessThan(3);
});

test("a thin tail of a large shape is painted, too", () => {
  const painted = featherInward(
    maskOf((x, y) => Math.hypot(x - 40, y - 60) < 34 || (y >= 56 && y < 64 && x > 40 && x < 150)),
    20,
  );
  expect(at(painted, 40, 60)).toBe(255);
  expect(at(painted, 130, 60)).toBe(255);
});

test("an edge that is given with grow or feather spills over as it always did", () => {
  const bounds = { x: 0, y: 0, width: 300, height: 400 };
  expect(edgeOf({ grow: 3, feather: 6 }, bounds)).toEqual({ side: "outside", grow: 3, feather: 6 });
  expect(edgeOf({ grow: 0 }, bounds)).toEqual({ side: "outside", grow: 0, feather: 50 });
  expect(edgeOf({ edge: "spill" }, bounds)).toEqual({ side: "outside", grow: 4, feather: 50 });
  expect(edgeOf({}, bounds)).toEqual({ side: "inside", inward: 50 });
});

test.each([1, 6, 20])("an edge that spills over by %d pixels reaches just so far", (edgeWidth) => {
  const bounds = { x: 20, y: 20, width: 80, height: 80 };
  const edge = edgeOf({ edge: "spill", edgeWidth }, bounds);
  const painted = paintedMask(square(80), edge);
  const reached = [...painted.data.keys()].filter((i) => painted.data[i]! > 0).map((i) => (i % WIDTH) - 99);
  expect(Math.max(...reached)).toBeLessThanOrEqual(edgeWidth);
  expect(Math.max(...reached)).toBeGreaterThanOrEqual(edgeWidth - 2);
  const touched = touchedRect(bounds, edge, { width: WIDTH, height: HEIGHT });
  expect(touched.x + touched.width - 100).toBe(edgeWidth);
});

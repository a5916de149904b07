import { coverCells } from "../../companion/image/mask.ts";
import { type Mask, maskBounds } from "../../shared/mask.ts";
import { growAndFeather } from "../../shared/mask-edge.ts";

const maskOf = (width: number, height: number, on: (x: number, y: number) => boolean): Mask => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => (on(i % width, Math.floor(i / width)) ? 255 : 0)),
});

test("maskBounds() is the smallest rectangle of 128 and more", () => {
  const mask = maskOf(20, 10, (x, y) => (x === 3 && y === 7) || (x === 11 && y === 2));
  mask.data[0] = 127;
  expect(maskBounds(mask)).toEqual({ x: 3, y: 2, width: 9, height: 6 });
  expect(maskBounds(maskOf(5, 5, () => false))).toBeUndefined();
});

test("growAndFeather() measures Euclidean distance: against every pair of pixels", () => {
  const mask = maskOf(40, 33, (x, y) => (x * 7 + y * 13) % 97 === 0 || (x > 30 && y > 28));
  const on = [...mask.data.keys()].filter((i) => mask.data[i] === 255).map((i) => [i % 40, Math.floor(i / 40)]);
  const grown = growAndFeather(mask, { grow: 2.5, feather: 3 });
  for (let i = 0; i < mask.data.length; i++) {
    const distance = Math.min(...on.map(([x, y]) => Math.hypot((i % 40) - x!, Math.floor(i / 40) - y!)));
    const t = Math.min(Math.max(1 - (distance - 2.5) / 3, 0), 1);
    expect(grown.data[i]).toBe(Math.round(255 * t * t * (3 - 2 * t)));
  }
});

test("growAndFeather() with neither leaves a binary mask alone", () => {
  const mask = maskOf(9, 9, (x, y) => x > y);
  expect(growAndFeather(mask, { grow: 0, feather: 0 }).data).toEqual(mask.data);
});

test("growAndFeather() of an empty mask is empty", () => {
  expect(
    growAndFeather(
      maskOf(4, 4, () => false),
      { grow: 9, feather: 9 },
    ).data,
  ).toEqual(new Uint8Array(16));
});

test("coverCells() fills every cell that is touched, the cut-off ones at the edges too", () => {
  const covered = coverCells(
    maskOf(20, 12, (x, y) => (x === 9 && y === 1) || (x === 19 && y === 11)),
    8,
  );
  expect(covered.data).toEqual(maskOf(20, 12, (x, y) => (x >= 8 && x < 16 && y < 8) || (x >= 16 && y >= 8)).data);
});

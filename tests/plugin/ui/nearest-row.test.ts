import { nearestInNextRow } from "../../../plugin/ui/parts/nearest-row.ts";

const box = (left: number, top: number, height = 100) => ({ left, top, bottom: top + height });
/** One large picture, two beside each other with another below, and one alone. */
const boxes = [box(0, 0, 300), box(0, 340), box(150, 340), box(0, 450), box(0, 600)];

test("nearestInNextRow() goes through rows of any length, and skips none", () => {
  const down = (from: number) => nearestInNextRow(boxes, from, "down");
  expect([0, 1, 2, 3, 4].map(down)).toEqual([1, 3, 3, 4, undefined]);
  const up = (from: number) => nearestInNextRow(boxes, from, "up");
  expect([0, 1, 2, 3, 4].map(up)).toEqual([undefined, 0, 0, 1, 3]);
});

test("nearestInNextRow() stays in its column", () => {
  const grid = [box(0, 0), box(150, 0), box(0, 110), box(150, 110)];
  expect([nearestInNextRow(grid, 1, "down"), nearestInNextRow(grid, 3, "up")]).toEqual([3, 1]);
});

test("nearestInNextRow() goes nowhere from what is not there", () => {
  expect(nearestInNextRow(boxes, -1, "down")).toBeUndefined();
});

import { padded, widened, withInside } from "../../../plugin/ui/pixels/shape-mask.ts";
import type { Mask } from "../../../shared/mask.ts";

const mask = (width: number, height: number, isIn: (x: number, y: number) => boolean): Mask => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height }, (_, i) => (isIn(i % width, Math.floor(i / width)) ? 255 : 0)),
});
const count = ({ data }: Mask) => data.filter((value) => value >= 128).length;
const loop = (gap: number) =>
  mask(40, 40, (x, y) => Math.abs(Math.hypot(x - 20, y - 20) - 15) < 1.2 && (x < 20 || Math.abs(y - 20) >= gap));

test("a closed line holds the area inside it", () => {
  const { mask: filled, enclosed } = withInside(loop(0));
  expect(enclosed).toBe(true);
  expect(count(filled)).toBe(count(mask(40, 40, (x, y) => Math.hypot(x - 20, y - 20) < 16.2)));
});

test("a line that is open stays a line", () => {
  const open = loop(6);
  const { mask: filled, enclosed } = withInside(open);
  expect(enclosed).toBe(false);
  expect(filled.data).toEqual(open.data);
});

test("a line whose ends nearly meet holds the area inside it, too, and no more", () => {
  const drawn = loop(2);
  expect(drawn.data[20 * 40 + 35]).toBe(0);
  const { mask: filled, enclosed } = withInside(drawn);
  expect(enclosed).toBe(true);
  const whole = withInside(loop(0)).mask;
  expect(filled.data.filter((value, i) => value > whole.data[i]!)).toEqual(new Uint8Array());
  expect(count(whole) - count(filled)).toBeLessThan(12);
});

test("a scribble to and fro encloses nothing", () => {
  const scribble = mask(80, 40, (x, y) => Math.abs(y - 20 - 15 * Math.sin(x / 3)) < 3);
  expect(withInside(scribble).enclosed).toBe(false);
});

test("a line from corner to corner encloses nothing, though it meets the picture's ends", () => {
  expect(withInside(mask(20, 20, (x, y) => x === y)).enclosed).toBe(false);
});

test("a line is made wider and thinner by its brush", () => {
  const line = padded(
    mask(60, 8, () => true),
    12,
  );
  const height = (of: Mask) =>
    Array.from({ length: of.height }, (_, y) => of.data[y * of.width + 42]!).reduce((a, b) => a + b) / 255;
  expect(height(line)).toBe(8);
  expect(height(widened(line, 5))).toBeCloseTo(18, 1);
  expect(height(widened(line, -2.5))).toBeCloseTo(3, 1);
  expect(widened(line, 0)).toBe(line);
});

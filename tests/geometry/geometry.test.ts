import { chooseContext, growRect, MAX_ASPECT, maskMargins, type Rect, type Size } from "../../shared/geometry.ts";

const options = { native: 512, multiple: 64, detail: 0.5 };
const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

/** [what, source, mask] of Figma-like cases: research tables of faces on phones, banners, strips, whole pictures. */
const CASES: [string, Size, Rect][] = [
  ["a face on a phone", { width: 390, height: 844 }, rect(135, 100, 120, 120)],
  ["a face on a desktop frame", { width: 1440, height: 1024 }, rect(670, 400, 100, 100)],
  ["a wide region", { width: 1440, height: 1024 }, rect(100, 800, 300, 200)],
  ["a corner", { width: 1920, height: 1080 }, rect(1900, 1060, 20, 20)],
  ["a whole picture", { width: 500, height: 333 }, rect(0, 0, 500, 333)],
  ["a banner", { width: 1920, height: 200 }, rect(400, 50, 1000, 100)],
  ["a thin stroke", { width: 1024, height: 768 }, rect(12, 700, 900, 6)],
  ["an icon", { width: 64, height: 64 }, rect(20, 20, 24, 24)],
  ["one pixel", { width: 1000, height: 1000 }, rect(0, 999, 1, 1)],
  ["a strip one pixel high", { width: 700, height: 1 }, rect(10, 0, 30, 1)],
];

describe.each(CASES)("chooseContext() on %s", (_, source, mask) => {
  test.each([0, 0.25, 0.5, 1])("at detail %d shows all of the mask at the model's own area", (detail) => {
    const { rect: context, diffusion } = chooseContext(mask, source, { ...options, detail });
    for (const n of Object.values(context)) expect(Number.isInteger(n)).toBe(true);
    expect(context.x).toBeLessThanOrEqual(mask.x);
    expect(context.y).toBeLessThanOrEqual(mask.y);
    expect(context.x + context.width).toBeGreaterThanOrEqual(mask.x + mask.width);
    expect(context.y + context.height).toBeGreaterThanOrEqual(mask.y + mask.height);

    expect((diffusion.width % 64) + (diffusion.height % 64)).toBe(0);
    expect((diffusion.width * diffusion.height) / 512 ** 2).toBeGreaterThan(0.8);
    expect((diffusion.width * diffusion.height) / 512 ** 2).toBeLessThan(1.25);
    expect(Math.max(diffusion.width / diffusion.height, diffusion.height / diffusion.width)).toBeLessThan(
      MAX_ASPECT + 0.5,
    );

    // Both axes scale alike, to within the rounding of one source pixel.
    const [sx, sy] = [diffusion.width / context.width, diffusion.height / context.height];
    expect(Math.abs(sx / sy - 1)).toBeLessThanOrEqual(1 / Math.min(context.width, context.height));
  });
});

test("chooseContext() stays inside where the source is large enough, and is shifted there", () => {
  for (const [what, source, mask] of CASES.slice(0, 4)) {
    const { rect: context } = chooseContext(mask, source, options);
    expect([what, context.x >= 0, context.y >= 0]).toEqual([what, true, true]);
    expect(context.x + context.width).toBeLessThanOrEqual(source.width);
    expect(context.y + context.height).toBeLessThanOrEqual(source.height);
  }
});

test("chooseContext() shows about 2.4 × the mask by default, and less of it the more detail is asked for", () => {
  const [source, mask] = [{ width: 4000, height: 3000 }, rect(1500, 1500, 400, 400)];
  const widthAt = (detail: number) => chooseContext(mask, source, { ...options, detail }).rect.width / mask.width;
  expect(widthAt(0.5)).toBeGreaterThan(2);
  expect(widthAt(0.5)).toBeLessThan(2.6);
  const widths = [0, 0.2, 0.4, 0.6, 0.8, 1].map(widthAt);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
  expect(widths[0]).toBeCloseTo(5, 1);
  expect(widths[5]).toBeCloseTo(1.2, 1);
});

test("chooseContext() is square for a nearly square mask", () => {
  const { rect: context, diffusion } = chooseContext(rect(500, 500, 120, 100), { width: 1440, height: 1024 }, options);
  expect(context.width).toBe(context.height);
  expect(diffusion).toEqual({ width: 512, height: 512 });
});

test("maskMargins() follow the mask's diagonal between 8 and 96 px", () => {
  expect(maskMargins({ width: 10, height: 10 })).toEqual({ grow: 4, feather: 8 });
  expect(maskMargins({ width: 300, height: 400 })).toEqual({ grow: 4, feather: 50 });
  expect(maskMargins({ width: 3000, height: 4000 })).toEqual({ grow: 4, feather: 96 });
});

test("growRect() is cut off at the edges", () => {
  expect(growRect(rect(3, 10, 5, 5), 4, { width: 20, height: 18 })).toEqual(rect(0, 6, 12, 12));
});

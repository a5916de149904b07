import { fromPage, resultPlacement, sourcePlacement } from "../../../plugin/ui/pixels/placement.ts";
import type { Affine } from "../../../shared/affine.ts";
import { compose } from "../../../shared/affine.ts";

const target = {
  width: 200,
  height: 100,
  transform: [
    [1, 0, 1000],
    [0, 1, 500],
  ] as [[number, number, number], [number, number, number]],
};
const apply = ([[a, c, e], [b, d, f]]: Affine, x: number, y: number) => [a * x + c * y + e, b * x + d * y + f];

test("fromPage() puts a layer where it lies over the target, which the result fills and outgrows", () => {
  const map = fromPage(resultPlacement(target, { width: 512, height: 512 }), {
    x: 1050,
    y: 520,
    width: 20,
    height: 20,
  });
  expect(apply(map, 1000, 500)).toEqual([0, 128]);
  expect(apply(map, 1200, 600)).toEqual([512, 384]);
  expect(apply(map, 1100, 550)).toEqual([256, 256]);
});

test("fromPage() turns with the target", () => {
  const turned = {
    ...target,
    transform: [
      [0, -1, 1000],
      [1, 0, 500],
    ] as typeof target.transform,
  };
  const map = fromPage(resultPlacement(turned, { width: 400, height: 200 }), { x: 950, y: 550, width: 10, height: 10 });
  const own = apply(compose(map, turned.transform), 200, 100);
  expect(own[0]).toBeCloseTo(400);
  expect(own[1]).toBeCloseTo(200);
});

test("fromPage() fits a layer from elsewhere into the target", () => {
  const box = { x: 0, y: 0, width: 100, height: 100 };
  const map = fromPage(resultPlacement(target, { width: 400, height: 200 }), box);
  expect(apply(map, 0, 0)).toEqual([100, 0]);
  expect(apply(map, 100, 100)).toEqual([300, 200]);
});

test("resultPlacement() draws lines as wide as control models know them", () => {
  const lines = [128, 600, 2048].map((side) => resultPlacement(target, { width: side, height: 2 * side }).line);
  expect(lines).toEqual([1, 2, 3]);
});

test("sourcePlacement() covers the whole picture, and knows how coarsely the model sees it", () => {
  const context = { rect: { x: 0, y: 0, width: 300, height: 150 }, diffusion: { width: 600, height: 300 } };
  const fromTarget: Affine = [
    [4.005, 0, 0],
    [0, 4, 0],
  ];
  const placement = sourcePlacement(target, { size: { width: 801, height: 400 }, fromTarget }, context);
  expect(placement.line).toBe(0.5);
  const map = fromPage(placement, { x: 1000, y: 500, width: 200, height: 100 });
  expect(apply(map, 1200, 600)).toEqual([801, 400]);
});

import { type Affine, boundsOf, compose, IDENTITY, invert, isTranslation } from "../../shared/affine.ts";

const turned: Affine = [
  [0, -1, 50],
  [1, 0, 10],
];
const moved: Affine = [
  [1, 0, 3],
  [0, 1, 4],
];
const odd: Affine = [
  [-0.8, 0.6, 12],
  [0.6, 0.8, -7],
];

test("compose() applies the inner map first", () => {
  expect(compose(turned, moved)).toEqual([
    [0, -1, 46],
    [1, 0, 13],
  ]);
  expect(compose(moved, turned)).toEqual([
    [0, -1, 53],
    [1, 0, 14],
  ]);
});

test.each([{ map: turned }, { map: moved }, { map: odd }])("invert() undoes $map", ({ map }) => {
  const back = compose(invert(map), map);
  back.flat().forEach((value, index) => {
    expect(value).toBeCloseTo(IDENTITY.flat()[index]!, 12);
  });
});

test("invert() refuses a map that flattens the plane", () => {
  const flat: Affine = [
    [1, 1, 0],
    [1, 1, 0],
  ];
  expect(() => invert(flat)).toThrow(RangeError);
});

test("isTranslation() is true for moves only", () => {
  expect([moved, IDENTITY, turned, odd].map((map) => isTranslation(map))).toEqual([true, true, false, false]);
});

test("boundsOf() holds a turned rectangle", () => {
  expect(boundsOf(turned, 100, 20)).toEqual({ x: 30, y: 10, width: 20, height: 100 });
});

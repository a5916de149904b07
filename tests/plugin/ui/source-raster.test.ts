import type { OwnPicture, Ticket } from "../../../plugin/bridge.ts";
import { exportedScale, sourceRaster } from "../../../plugin/ui/pixels/source-raster.ts";
import type { Affine } from "../../../shared/affine.ts";
import { ticket } from "./fixtures.ts";

const apply = ([[a, c, e], [b, d, f]]: Affine, [x, y]: readonly [number, number]) =>
  [a * x + c * y + e, b * x + d * y + f].map((value) => Math.round(value * 1e6) / 1e6);

const shows = (paint: OwnPicture["paint"], image = { width: 400, height: 100 }): Ticket => ({
  ...ticket,
  width: 200,
  height: 100,
  picture: { hash: "h", ...image, paint },
});
/** Where the upper left and the lower right corner of the layer are on the raster. */
const corners = (of: Ticket) => {
  const { size, fromTarget } = sourceRaster(of);
  return { size, corners: [apply(fromTarget, [0, 0]), apply(fromTarget, [of.width, of.height])] };
};

test("sourceRaster() is the image itself, with what FILL cuts off and FIT leaves empty", () => {
  expect(corners(shows({ scaleMode: "FILL" }))).toEqual({
    size: { width: 400, height: 100 },
    corners: [
      [100, 0],
      [300, 100],
    ],
  });
  expect(corners(shows({ scaleMode: "FIT" }))).toEqual({
    size: { width: 400, height: 100 },
    corners: [
      [0, -50],
      [400, 150],
    ],
  });
});

test("sourceRaster() turns the image by the paint's quarter turns", () => {
  const turned = corners(shows({ scaleMode: "FILL", rotation: 90 }));
  expect(turned).toEqual({
    size: { width: 100, height: 400 },
    corners: [
      [0, 175],
      [100, 225],
    ],
  });
  expect(corners(shows({ scaleMode: "FILL", rotation: -180 })).size).toEqual({ width: 400, height: 100 });
});

test("sourceRaster() follows a crop's transform from the layer to the image", () => {
  const imageTransform: [[number, number, number], [number, number, number]] = [
    [0.5, 0, 0.25],
    [0, 2, -0.5],
  ];
  expect(corners(shows({ scaleMode: "CROP", imageTransform })).corners).toEqual([
    [100, -50],
    [300, 150],
  ]);
});

test("sourceRaster() lays tiles side by side, whole pixels of them", () => {
  const { size, corners: at } = corners(shows({ scaleMode: "TILE", scalingFactor: 0.3 }));
  expect(size).toEqual({ width: 667, height: 334 });
  expect(at[1]).toEqual([666.666667, 333.333333]);
});

test("sourceRaster() of what is drawn are its upright bounds on the page", () => {
  const quarter: Ticket = {
    ...ticket,
    width: 200,
    height: 100,
    naturalScale: 2,
    transform: [
      [0, -1, 300],
      [1, 0, 50],
    ],
  };
  expect(corners(quarter)).toEqual({
    size: { width: 200, height: 400 },
    corners: [
      [200, 0],
      [0, 400],
    ],
  });
  expect(sourceRaster(quarter).scale).toBeCloseTo(2);
});

test("exportedScale() is as fine as the picture, and what Figma takes back", () => {
  expect(exportedScale({ ...ticket, width: 390, height: 280, naturalScale: 3.5 })).toBe(3.5);
  expect(exportedScale({ ...ticket, width: 3000, height: 100, naturalScale: 2 })).toBeCloseTo(4096 / 3000);
});

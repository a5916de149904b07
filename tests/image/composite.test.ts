import { matchColors } from "../../companion/image/color-match.ts";
import { composite, crop, cropMask, flatten, stackLayers } from "../../companion/image/composite.ts";
import { resizeImage } from "../../companion/image/resample.ts";
import { chooseContext } from "../../shared/geometry.ts";
import type { Mask } from "../../shared/mask.ts";
import { growAndFeather } from "../../shared/mask-edge.ts";
import { testPicture } from "./reference.ts";

const disc = (width: number, height: number, [cx, cy, radius]: number[]): Mask => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) =>
    Math.hypot((i % width) - cx!, Math.floor(i / width) - cy!) <= radius! ? 255 : 0,
  ),
});
const full = (width: number, height: number): Mask => ({
  width,
  height,
  data: new Uint8Array(width * height).fill(255),
});

test.each([
  [{ x: 10, y: 20, width: 30, height: 25 }],
  [{ x: -7, y: -9, width: 80, height: 90 }],
  [{ x: 50, y: 40, width: 30, height: 30 }],
  [{ x: 0, y: 0, width: 64, height: 48 }],
])("crop() → composite() without a model is the identity, %j", (rect) => {
  const image = testPicture(64, 48);
  expect(composite(image, crop(image, rect), { rect, mask: full(64, 48) })).toEqual(image);
});

test("crop() → scale to the model → scale back → composite() displaces nothing", () => {
  const image = testPicture(390, 500);
  for (let i = 0; i < image.data.length; i += 4) image.data[i] = ((i / 4) % 390) * 0.6; // without the noise: a ramp
  for (const [x, y] of [
    [60, 60],
    [380, 490],
    [0, 250],
  ]) {
    const bounds = { x: x!, y: y!, width: 10, height: 10 };
    const context = chooseContext(bounds, image, { native: 512, multiple: 64, detail: 0.5 });
    const seen = resizeImage(crop(image, context.rect), context.diffusion, "lanczos");
    const back = composite(image, resizeImage(seen, context.rect, "lanczos"), {
      rect: context.rect,
      mask: full(390, 500),
    });
    // Half a pixel of displacement would be a mean error of 0.3 in red, with its sign; the crop's edges are included.
    let [worst, sum, count] = [0, 0, 0];
    for (let i = 0; i < back.data.length; i++) {
      const error = back.data[i]! - image.data[i]!;
      worst = Math.max(worst, Math.abs(error));
      if (i % 4 === 0) sum += error;
      count++;
    }
    expect(worst).toBeLessThanOrEqual(3);
    expect(Math.abs((4 * sum) / count)).toBeLessThan(0.03);
  }
});

test("composite() leaves the original's bytes outside the grown and feathered mask, alpha included", () => {
  const image = testPicture(90, 70, (x, y) => (x * 31 + y * 17) % 256);
  const mask = disc(90, 70, [40, 30, 12]);
  const soft = growAndFeather(mask, { grow: 4, feather: 8 });
  const rect = { x: 10, y: 2, width: 64, height: 64 };
  const patch = flatten(testPicture(64, 64), [0, 0, 0]);
  for (let i = 0; i < patch.data.length; i += 4) patch.data[i] = 255 - patch.data[i]!;
  const result = composite(image, patch, { rect, mask: soft });
  const same = (a: Uint8Array, i: number, b: Uint8Array, j: number) =>
    [0, 1, 2, 3].every((c) => a[i * 4 + c] === b[j * 4 + c]);
  let outside = 0;
  const wrong: number[] = [];
  for (let i = 0; i < soft.data.length; i++) {
    const [x, y] = [i % 90, Math.floor(i / 90)];
    const distance = Math.hypot(x - 40, y - 30);
    if (distance >= 24.5) {
      if (!same(result.data, i, image.data, i)) wrong.push(i);
      outside++;
    } else if (distance <= 15 && !same(result.data, i, patch.data, (y - rect.y) * 64 + x - rect.x)) wrong.push(i);
  }
  expect(wrong).toEqual([]);
  expect(outside).toBeGreaterThan(3000);
});

test("composite() blends over transparent pixels without their hidden colour", () => {
  const image = { width: 1, height: 1, data: Uint8Array.of(255, 0, 0, 0) };
  const patch = { width: 1, height: 1, data: Uint8Array.of(0, 0, 200, 255) };
  const mask = { width: 1, height: 1, data: Uint8Array.of(128) };
  expect([...composite(image, patch, { rect: { x: 0, y: 0, width: 1, height: 1 }, mask }).data]).toEqual([
    0, 0, 200, 128,
  ]);
});

test("cropMask() repaints nothing outside the picture", () => {
  const mask = cropMask(full(3, 2), { x: -1, y: -1, width: 5, height: 4 });
  expect([...mask.data].map((v) => v / 255)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test("matchColors() undoes a uniform drift, measured on kept pixels only", () => {
  const original = testPicture(48, 48);
  const mask = disc(48, 48, [24, 24, 14]);
  const drifted = { ...original, data: original.data.map((v, i) => (i % 4 === 3 ? 255 : v * 0.95 + 4)) };
  // Under the mask something quite different was painted; it must not count.
  for (let i = 0; i < mask.data.length; i++) if (mask.data[i]) drifted.data.fill(250, i * 4, i * 4 + 3);
  const matched = matchColors(drifted, original, mask);
  let worst = 0;
  for (let i = 0; i < mask.data.length; i++)
    if (!mask.data[i])
      for (let c = 0; c < 3; c++)
        worst = Math.max(worst, Math.abs(matched.data[i * 4 + c]! - original.data[i * 4 + c]!));
  expect(worst).toBeLessThanOrEqual(2);
});

test("matchColors() clamps its gain and its shift", () => {
  const original = testPicture(32, 32);
  const flat = { ...original, data: original.data.map((v, i) => (i % 4 === 3 ? 255 : 20 + v * 0.2)) };
  const mask = { width: 32, height: 32, data: new Uint8Array(32 * 32) };
  const matched = matchColors(flat, original, mask);
  const range = (data: Uint8Array) => {
    const red = [...data].filter((_, i) => i % 4 === 0);
    return Math.max(...red) - Math.min(...red);
  };
  expect(range(matched.data) / range(flat.data)).toBeLessThan(1.15);
});

test("matchColors() leaves a picture alone that keeps too few pixels", () => {
  const image = testPicture(16, 16);
  expect(matchColors(image, testPicture(16, 16), full(16, 16))).toBe(image);
});

test("layers over each other: what is opaque covers, what is clear does not, and half of each is the mean", () => {
  const layer = (...data: number[]) => ({ width: 2, height: 1, data: Uint8Array.from(data) });
  const ground = layer(200, 0, 0, 255, 10, 20, 30, 0);
  expect(stackLayers([ground])).toEqual(ground);
  expect(stackLayers([ground, layer(0, 100, 0, 255, 50, 60, 70, 128)]).data).toEqual(
    Uint8Array.of(0, 100, 0, 255, 50, 60, 70, 128),
  );
  expect(stackLayers([ground, layer(9, 9, 9, 0, 9, 9, 9, 0)])).toEqual(ground);
  const half = stackLayers([ground, layer(0, 100, 0, 128, 0, 0, 0, 0)]).data.slice(0, 4);
  expect([...half]).toEqual([100, 50, 0, 255]);
  // The last one lies on top.
  const red = layer(255, 0, 0, 255, 255, 0, 0, 255);
  const blue = layer(0, 0, 255, 255, 0, 0, 255, 255);
  expect(stackLayers([red, blue])).toEqual(blue);
});

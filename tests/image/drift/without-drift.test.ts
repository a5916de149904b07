/** Drift of place, size and colour, made by hand on pictures that are functions of a place, and taken away again. */

import type { Placement } from "../../../companion/image/drift/placement.ts";
import { withoutDrift } from "../../../companion/image/drift/without-drift.ts";
import type { Drift } from "../../../shared/drift.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { blobs, draw } from "./scenes.ts";

const BOTH = { place: true, color: true };
const scene = blobs(1, 256);
const other = blobs(2, 256);
const SIZE = { width: 256, height: 224 };
const source = draw(scene, SIZE);

/** A third of the picture. */
const inside = (x: number, y: number) => Math.hypot(x - 30, y + 16) < 76;
const changed = { scene: other, at: inside };

/** Mean difference of the levels where nothing changed, away from what did and from the edge. */
function difference(a: PixelImage, b: PixelImage): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i < SIZE.width * SIZE.height; i++) {
    const [x, y] = [(i % SIZE.width) + 0.5 - SIZE.width / 2, Math.floor(i / SIZE.width) + 0.5 - SIZE.height / 2];
    if (Math.hypot(x - 30, y + 16) < 84 || Math.abs(x) > 116 || Math.abs(y) > 100) continue;
    for (let c = 0; c < 3; c++) {
      sum += Math.abs(a.data[4 * i + c]! - b.data[4 * i + c]!);
      n++;
    }
  }
  return sum / n;
}

/** Another gain and offset in each channel. */
const cast = (level: number, c: number) => [1.05, 0.96, 1.02][c]! * (level - 128) + 128 + [6, -4, 8][c]!;
const saturated = (level: number, _: number, all: readonly number[]) => {
  const grey = (all[0]! + all[1]! + all[2]!) / 3;
  return grey + 1.15 * (level - grey);
};

test.each([
  { x: 1.3, y: -0.7, width: 1, height: 1, color: cast },
  { x: 0.25, y: 0.4, width: 0.996, height: 0.996, color: saturated },
  { x: -3.4, y: 2.2, width: 1.013, height: 1.006, color: cast },
  { x: 5.5, y: -4.25, width: 1.03, height: 1.03 },
  { x: 0.3, y: 0, width: 0.975, height: 0.982, color: cast },
])("moved by $x, $y, resized by $width, $height, a third of it changed", ({ color, ...placement }) => {
  const made = draw(scene, { ...SIZE, placement, changed, ...(color && { color }) });
  const { image, drift } = withoutDrift(made, source, BOTH);
  expect([drift.place, drift.color]).toEqual(["put-back", color ? "brought-back" : "as-before"]);
  near(drift, placement);
  expect(difference(image, source)).toBeLessThan(1);
});

const near = ({ moved }: Drift, placement: Placement): void => {
  expect(Math.hypot(moved!.x - placement.x, moved!.y - placement.y)).toBeLessThan(0.1);
  expect(Math.abs(moved!.width - placement.width)).toBeLessThan(0.0005);
  expect(Math.abs(moved!.height - placement.height)).toBeLessThan(0.0005);
};

test("grain that was drawn anew moves neither place nor colours", () => {
  const placement = { x: 1.3, y: -0.7, width: 1.01, height: 1.01 };
  const { image, drift } = withoutDrift(
    draw(scene, { ...SIZE, placement, changed, color: cast, noise: 2 }),
    source,
    BOTH,
  );
  near(drift, placement);
  // The grain itself is 1.6.
  expect(difference(image, source)).toBeLessThan(1.9);
});

test("the same picture, and the same but for a part, stay byte for byte", () => {
  for (const made of [source, draw(scene, { ...SIZE, changed })]) {
    const { image, drift } = withoutDrift(made, source, BOTH);
    expect(image).toBe(made);
    expect([drift.place, drift.color]).toEqual(["in-place", "as-before"]);
  }
});

test.each([3, 4, 5])("nothing is done to another picture: %d", (seed) => {
  const made = draw(blobs(seed, 256), SIZE);
  const { image, drift } = withoutDrift(made, source, BOTH);
  expect(image).toBe(made);
  expect([drift.place, drift.color]).toEqual(["unknown", "unknown"]);
});

test("a picture made into night keeps its night, and is put back where it lay", () => {
  const placement = { x: 2.5, y: 1, width: 1.01, height: 1.01 };
  const night = (level: number, c: number) => [0.35, 0.4, 0.6][c]! * level;
  const { image, drift } = withoutDrift(draw(scene, { ...SIZE, placement, color: night }), source, BOTH);
  expect([drift.place, drift.color]).toEqual(["put-back", "changed"]);
  expect(Math.abs(drift.moved!.x - 2.5)).toBeLessThan(0.1);
  expect(difference(image, draw(scene, { ...SIZE, color: night }))).toBeLessThan(1);
});

test("each is done only where it is asked for", () => {
  const placement = { x: 2.5, y: 1, width: 1, height: 1 };
  const color = cast;
  const made = draw(scene, { ...SIZE, placement, color, changed });
  const place = withoutDrift(made, source, { place: true, color: false });
  expect(place.drift.color).toBeUndefined();
  expect(difference(place.image, draw(scene, { ...SIZE, color }))).toBeLessThan(1);
  const colors = withoutDrift(made, source, { place: false, color: true });
  expect([colors.drift.place, colors.drift.moved]).toEqual([undefined, undefined]);
  expect(difference(colors.image, draw(scene, { ...SIZE, placement }))).toBeLessThan(1);
  expect(withoutDrift(made, source, { place: false, color: false }).image).toBe(made);
});

test("what a result that moved has nothing for at its edge is the source's", () => {
  const { image } = withoutDrift(
    draw(scene, { ...SIZE, placement: { x: 8, y: 0, width: 1, height: 1 } }),
    source,
    BOTH,
  );
  let sum = 0;
  for (let y = 0; y < SIZE.height; y++)
    for (let x = SIZE.width - 6; x < SIZE.width; x++)
      sum += Math.abs(image.data[4 * (y * SIZE.width + x)]! - source.data[4 * (y * SIZE.width + x)]!);
  expect(sum / (6 * SIZE.height)).toBeLessThan(6);
});

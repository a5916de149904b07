import { lettersOf, withLetters } from "../../companion/image/letters.ts";
import { tensor } from "../../companion/tensor.ts";

const SIDE = 32;
const AREA = SIDE * SIDE;
/** One stroke, 4 pixels wide. */
const isInk = (i: number) => i % SIDE >= 14 && i % SIDE < 18;

function stroke(level: number) {
  const data = new Uint8Array(4 * AREA);
  for (let i = 0; i < AREA; i++) if (isInk(i)) data.set([level, level, level, 255], 4 * i);
  return lettersOf({ width: SIDE, height: SIDE, data })!;
}

/** A grey picture with a fine pattern. */
const scene = (grey: number) =>
  tensor(
    Float32Array.from({ length: 3 * AREA }, (_, i) => grey + ((i % SIDE) + (Math.floor(i / SIDE) % 2) ? 0.1 : -0.1)),
    [1, 3, SIDE, SIDE],
  );
const pattern = () =>
  tensor(
    Float32Array.from({ length: 3 * AREA }, (_, i) => (Math.floor((i % AREA) / SIDE) % 2 ? 0.1 : -0.1)),
    [1, 3, SIDE, SIDE],
  );

test("nothing transparent is letters", () => {
  expect(lettersOf({ width: 2, height: 2, data: new Uint8Array(16) })).toBeUndefined();
});

test("the width of strokes is measured", () => {
  expect(stroke(0).stroke).toBeGreaterThan(3.9);
  expect(stroke(0).stroke).toBeLessThan(6);
});

test("printed letters have their colour, and what is far from them stays as it is", () => {
  const before = pattern();
  const { data } = withLetters(before, stroke(0), 1);
  for (let i = 0; i < AREA; i++) {
    if (isInk(i)) expect(data[i]).toBeCloseTo(-1, 5);
    if (i % SIDE < 8) expect(data[i]).toBe(before.data[i]);
  }
});

test("of what is painted there they keep the pattern, the more the less they are printed", () => {
  const inked = Array.from({ length: AREA }, (_, i) => i).filter(isInk);
  const contrast = (strength: number) => {
    const { data } = withLetters(pattern(), stroke(255), strength);
    const values = inked.map((i) => data[i]!);
    return Math.max(...values) - Math.min(...values);
  };
  const [none, some, all] = [contrast(1), contrast(0.5), contrast(0)];
  expect(none).toBeLessThan(1e-5);
  expect(some).toBeGreaterThan(0.05);
  expect(all).toBeGreaterThan(1.5 * some);
});

test.each([
  ["dark letters on dark ground", 20, -0.9],
  ["light letters on light ground", 250, 0.9],
  ["grey letters on their own grey", 128, 0],
])("%s stand out afterwards", (_, level, grey) => {
  const { data } = withLetters(scene(grey), stroke(level), 1);
  const beside = Array.from({ length: AREA }, (_, i) => i).filter((i) => i % SIDE === 12 || i % SIDE === 19);
  const ink = level / 127.5 - 1;
  for (const i of beside) expect(Math.abs(data[i]! - ink)).toBeGreaterThan(0.5);
});

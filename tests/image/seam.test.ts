import { BLENDS, EXPANDING } from "../../companion/bench/quality/blends.ts";
import { GROUNDS, pictureOf, SHAPES, SIZE, SURROUNDINGS } from "../../companion/bench/quality/grounds.ts";
import { seamWith } from "../../companion/bench/quality/quality.ts";
import { coverCells } from "../../companion/image/mask.ts";
import { membranes } from "../../companion/image/membrane.ts";
import { withoutSeam } from "../../companion/image/seam.ts";
import type { PixelImage } from "../../shared/pixels.ts";

const SMOOTH = GROUNDS.filter(({ grain }) => grain === 1);
const byName = (name: string) => BLENDS.find((blend) => blend.name.startsWith(name))!;

describe.each(SMOOTH)("on a $name ground", (ground) => {
  test.each(SHAPES.slice(0, 3))("a drift of 10 levels leaves no seam at $name", async ({ mask }) => {
    const seam = (await seamWith(byName("soft, membrane"), ground, { mask, known: "everywhere", drift: 10 }))!;
    expect(seam.step).toBeLessThanOrEqual(1);
    expect(seam.shift).toBeLessThanOrEqual(1);
    expect(seam.outside).toBe(0);
  });
});

describe.each(SMOOTH)("beside a picture with a $name ground", (ground) => {
  test.each(SURROUNDINGS)("what is expanded by $name shows no seam", async ({ mask }) => {
    const seam = (await seamWith(EXPANDING[0]!, ground, { mask, known: "outside the mask", drift: 10 }))!;
    expect(seam.step).toBeLessThanOrEqual(1);
    expect(seam.outside).toBe(0);
  });
});

test.each(GROUNDS.slice(1, 3))(
  "on a $name ground the membrane leaves less of a drift than the plain way",
  async (ground) => {
    const { mask } = SHAPES[2]!;
    const [membrane, plain] = await Promise.all(
      ["soft, membrane", "soft, plain"].map((name) =>
        seamWith(byName(name), ground, { mask, known: "everywhere", drift: 10 }),
      ),
    );
    expect(membrane!.shift).toBeLessThan(plain!.shift / 3);
    expect(membrane!.step).toBeLessThan(plain!.step);
  },
);

/** A square that the model painted, of which the inner part is shown. */
const shown = SHAPES[2]!.mask;
const drawn = coverCells(shown, 8, 2);

function made(at: (x: number, y: number) => number): PixelImage {
  const before = pictureOf(GROUNDS[0]!, 0);
  const data = before.data.slice();
  for (let i = 0; i < drawn.data.length; i++)
    if (drawn.data[i]) data.fill(at(i % SIZE.width, Math.floor(i / SIZE.width)), i * 4, i * 4 + 3);
  return { ...before, data };
}

test("a drift that slopes is taken away along its slope", () => {
  const before = pictureOf(GROUNDS[0]!, 0);
  const { data } = withoutSeam(
    made((x) => 128 + Math.round((x - 160) / 4)),
    before,
    { shown, drawn },
  );
  const off = [...shown.data.keys()].filter((i) => shown.data[i]).map((i) => Math.abs(data[i * 4]! - 128));
  expect(Math.max(...off)).toBeLessThanOrEqual(1);
});

test("a new thing that reaches the edge keeps its colours", () => {
  const before = pictureOf(GROUNDS[0]!, 0);
  // The right half is a dark thing, and all of it is 6 levels too light.
  const wanted = (x: number) => (x > 160 ? 20 : 128);
  const { data } = withoutSeam(
    made((x) => wanted(x) + 6),
    before,
    { shown, drawn },
  );
  const off = [...shown.data.keys()]
    .filter((i) => shown.data[i])
    .map((i) => Math.abs(data[i * 4]! - wanted(i % SIZE.width)));
  expect(Math.max(...off)).toBeLessThanOrEqual(2);
});

test("where all that the model painted is shown, it stays as it is", () => {
  const picture = made(() => 90);
  expect(withoutSeam(picture, pictureOf(GROUNDS[0]!, 0), { shown: drawn, drawn })).toBe(picture);
});

test("a membrane on a frame of a harmonic function is that function", () => {
  const size = { width: 33, height: 21 };
  const harmonic = (x: number, y: number) => 3 + 0.7 * x - 0.4 * y + 0.02 * (x * x - y * y);
  const places = Array.from({ length: size.width * size.height }, (_, i) => [
    i % size.width,
    Math.floor(i / size.width),
  ]);
  const values = Float64Array.from(places, ([x, y]) => harmonic(x!, y!));
  const isRim = ([x, y]: number[]) => x === 0 || y === 0 || x === size.width - 1 || y === size.height - 1;
  const weights = Float64Array.from(places, (place) => (isRim(place) ? 1e6 : 0));
  const [field] = membranes(size, [{ values, weights }], 1) as [Float64Array];
  const worst = Math.max(...field.map((value, i) => Math.abs(value - values[i]!)));
  expect(worst).toBeLessThan(0.2);
});

test("a membrane that hangs on nothing is flat", () => {
  const none = new Float64Array(35);
  expect(new Set(membranes({ width: 7, height: 5 }, [{ values: none, weights: none }], 1)[0])).toEqual(new Set([0]));
});

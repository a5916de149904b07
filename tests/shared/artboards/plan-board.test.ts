/** A key visual in other formats: its subject in the safe area, its layers as they are, and no more painted than needed. */
import { areaOf, isWithin, overlapOf } from "../../../shared/artboards/boxes.ts";
import { FORMATS, safeArea } from "../../../shared/artboards/formats.ts";
import { planBoard, type Visual } from "../../../shared/artboards/plan-board.ts";

const layer = (id: string, x: number, y: number, width: number, height: number) => ({ id, x, y, width, height });
const square: Visual = {
  ...{ width: 1080, height: 1080 },
  picture: { x: 0, y: 0, width: 1080, height: 1080 },
  layers: [layer("headline", 80, 80, 560, 120), layer("line", 80, 220, 400, 40), layer("button", 780, 960, 220, 60)],
};
const subject = { x: 0.4, y: 0.35, width: 0.35, height: 0.5 };
const board = (name: string, more: Partial<{ closeness: number; visual: Visual; subject: typeof subject }> = {}) => {
  const size = FORMATS.find((format) => format.name === name)!;
  return planBoard(more.visual ?? square, { size, subject: more.subject ?? subject, closeness: more.closeness ?? 0 });
};
const named = (name: string, of: ReturnType<typeof board>) => of.layers.find(({ id }) => id === name)!;

describe.each(FORMATS.map(({ name }) => name))("%s", (name) => {
  test.each([0, 0.5, 1])("the subject lies whole in the safe area, closeness %p", (closeness) => {
    for (const at of [subject, { x: 0, y: 0, width: 0.3, height: 1 }, { x: 0.6, y: 0.7, width: 0.4, height: 0.3 }]) {
      const made = board(name, { closeness, subject: at });
      expect(isWithin(made.subject, made.safe)).toBe(true);
      expect(made.picture.width / made.picture.height).toBeCloseTo(1, 1);
    }
  });

  test("picture and margins cover the whole format, and nothing else is painted", () => {
    const { picture, margins, width, height } = board(name);
    const sides = margins ?? { left: 0, top: 0, right: 0, bottom: 0 };
    expect(Math.min(picture.x, 0) + sides.left - Math.max(picture.x, 0)).toBe(Math.min(picture.x, 0));
    expect(picture.x - sides.left).toBeLessThanOrEqual(0);
    expect(picture.y - sides.top).toBeLessThanOrEqual(0);
    expect(picture.x + picture.width + sides.right).toBeGreaterThanOrEqual(width);
    expect(picture.y + picture.height + sides.bottom).toBeGreaterThanOrEqual(height);
    for (const side of Object.values(sides)) expect(Number.isInteger(side)).toBe(true);
  });

  test("layers keep their sizes and how they lie to each other; what does not fit is told", () => {
    const made = board(name);
    const [headline, line] = [named("headline", made), named("line", made)];
    expect([headline.width, headline.height, line.width, line.height]).toEqual([560, 120, 400, 40]);
    expect([line.x - headline.x, line.y - headline.y]).toEqual([0, 140]);
    for (const each of made.layers) expect(each.fits).toBe(isWithin(each, made.safe));
  });
});

test("layers hold to their sides, as far from them as before where the safe area allows it", () => {
  const wide = board("16:9");
  expect(named("headline", wide)).toMatchObject({ x: 80, y: 80, fits: true });
  expect(named("button", wide)).toMatchObject({ x: 1920 - 300, y: 1080 - 125, fits: true });
  const story = board("9:16");
  expect(named("headline", story)).toMatchObject({ x: 80, y: 250, fits: true });
  expect(named("button", story)).toMatchObject({ x: 780, y: 1920 - 340 - 60, fits: true });
});

test("a headline that is higher than a banner is said not to fit, and stays as large as it is", () => {
  expect(named("headline", board("728 × 90"))).toMatchObject({ fits: false, width: 560, height: 120 });
});

test("a picture of the format's own shape is neither cropped nor painted around", () => {
  expect(board("1:1")).toMatchObject({ margins: null, picture: { x: 0, y: 0, width: 1080, height: 1080 } });
});

test("where the picture fills the format it is only cropped", () => {
  const small = { x: 0.45, y: 0.45, width: 0.1, height: 0.1 };
  const bare = { ...square, layers: [] };
  for (const { name } of FORMATS.slice(0, 5))
    expect([name, board(name, { closeness: 1, subject: small, visual: bare }).margins]).toEqual([name, null]);
  expect(board("16:9", { closeness: 0, subject: small, visual: bare }).margins).not.toBeNull();
});

test("closer up, less is painted", () => {
  const paintedAt = (closeness: number) => {
    const { picture, width, height } = board("16:9", { closeness });
    const whole = { x: 0, y: 0, width, height };
    return 1 - areaOf(overlapOf(picture, whole)) / areaOf(whole);
  };
  expect(paintedAt(0)).toBeGreaterThan(paintedAt(0.5));
  expect(paintedAt(0.5)).toBeGreaterThan(paintedAt(1));
});

test("the subject is moved out from under the headline where there is room for that", () => {
  for (const name of ["4:5", "9:16", "16:9", "4:1"]) {
    const made = board(name, { subject: { x: 0.05, y: 0.1, width: 0.4, height: 0.6 } });
    if (named("headline", made).fits) expect([name, named("headline", made).onSubject]).toEqual([name, false]);
  }
});

test("blocks from opposite sides do not lie on each other in a narrow format", () => {
  const visual = {
    ...{ width: 1600, height: 400, picture: { x: 0, y: 0, width: 1600, height: 400 } },
    layers: [layer("left", 40, 40, 700, 100), layer("right", 860, 40, 700, 100)],
  };
  const made = board("9:16", { visual });
  const [left, right] = [named("left", made), named("right", made)];
  expect(areaOf(overlapOf(left, right))).toBe(0);
  expect([left.fits, right.fits]).toEqual([true, true]);
});

test("a story keeps its top and foot free", () => {
  expect(safeArea({ width: 1080, height: 1920 })).toEqual({ x: 65, y: 250, width: 950, height: 1330 });
});

/** How much pictures are like a character, by the starter's image encoder. */
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { subjectOf } from "../../companion/image/subject.ts";
import { judgeLikeness } from "../../companion/pipeline/likeness/judge-likeness.ts";
import { unrelatedPictures } from "../../companion/pipeline/likeness/unrelated-pictures.ts";
import { nearness } from "../../shared/likeness.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio();
afterAll(() => studio.close());

async function judge(images: Record<string, Uint8Array>, pictures: string[], references: string[]): Promise<number[]> {
  return (await judgeAll(images, pictures, references)).found;
}

async function judgeAll(images: Record<string, Uint8Array>, pictures: string[], references: string[]) {
  const run = judgeLikeness({ model: "starter", pictures, references }, new Map(Object.entries(images)), studio);
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value;
  }
}

/** A disc with a dark bar on a ground, of so many pixels. */
async function drawn(
  color: string,
  { ground = "#ffffff", size = 96, at = 0.5, alpha = 255 } = {},
): Promise<Uint8Array> {
  const data = new Uint8Array(4 * size * size);
  const [cx, cy, r] = [at * size, size / 2, 0.22 * size];
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i += 4) {
      const inside = Math.hypot(x - cx, y - cy) <= r;
      const bar = inside && y >= cy && y < cy + 4;
      data.set([...rgb(bar ? "#222222" : inside ? color : ground), inside ? 255 : alpha], i);
    }
  return await encodePng({ width: size, height: size, data });
}
const rgb = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

test("the same picture is wholly like itself, another one less, in the order of the pictures", async () => {
  const images = { red: await drawn("#dd2222"), blue: await drawn("#2222dd") };
  const [other, same] = await judge(images, ["blue", "red"], ["red"]);
  expect(same).toBeCloseTo(1, 5);
  expect(other).toBeLessThan(same! - 0.02);
});

test("neither ground nor place nor transparency around it makes it another subject", async () => {
  const images = {
    sheet: await drawn("#dd2222"),
    elsewhere: await drawn("#dd2222", { at: 0.3, ground: "#88cc88" }),
    cut: await drawn("#dd2222", { alpha: 0 }),
    other: await drawn("#2222dd"),
  };
  const [elsewhere, cut, other] = await judge(images, ["elsewhere", "cut", "other"], ["sheet"]);
  expect(elsewhere!).toBeGreaterThan(other!);
  expect(cut!).toBeGreaterThan(0.98);
});

test("likeness begins where drawings of something else are, whatever the pictures", async () => {
  const images = { red: await drawn("#dd2222"), blue: await drawn("#2222dd") };
  const { found, unlike } = await judgeAll(images, ["red"], ["red"]);
  expect(found[0]! - unlike).toBeGreaterThan(0.3);
  expect((await judgeAll(images, ["blue"], ["red"])).unlike).toBe(unlike);
  expect(unrelatedPictures().map(({ data }) => new Set(new Uint32Array(data.buffer)).size > 1)).not.toContain(false);
});

test.each([
  [0.1, 0.1, "not"],
  [0.6, 0.1, "little"],
  [0.7, 0.1, "quite"],
  [0.9, 0.1, "very"],
  [1, 1, "not"],
  // The same figures by an encoder that sees more in common.
  [0.7, 0.6, "not"],
  [0.95, 0.6, "very"],
])("a cosine of %d, where something else has %d, is said as “%s”", (value, unlike, word) => {
  expect(nearness({ value, unlike })).toBe(word);
});

test("several pictures of a character count together", async () => {
  const images = { red: await drawn("#dd2222"), blue: await drawn("#2222dd") };
  const [both] = await judge(images, ["red"], ["red", "blue"]);
  expect(both!).toBeLessThan(0.9999);
  expect(both!).toBeGreaterThan((await judge(images, ["red"], ["blue"]))[0]!);
});

test("the subject is a square on white around what is shown, and all of a picture without a plain ground", async () => {
  const subject = subjectOf(await decodeImage(await drawn("#dd2222", { ground: "#88cc88", at: 0.3 })));
  expect(subject.width).toBe(subject.height);
  expect(subject.width).toBeLessThan(60);
  expect([...subject.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
  const noise = Uint8Array.from({ length: 4 * 40 * 20 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 256));
  expect(subjectOf({ width: 40, height: 20, data: noise }).width).toBe(46);
  const ground = await drawn("#88cc88", { ground: "#88cc88" });
  expect(subjectOf(await decodeImage(ground)).width).toBeGreaterThan(30);
});

test("a group of references is one attention: one picture twice is not stronger, and an average of it is it", async () => {
  const images = { a: await drawn("#dd2222"), b: await drawn("#2222dd") };
  const draw = async (image: string | string[], more = {}) => {
    const references = [{ image, weight: 1, start: 0, end: 1, ...more }];
    return Buffer.from((await paint(studio, request({ prompt: "icon", references }), images)).result.png);
  };
  const one = await draw("a");
  expect((await draw(["a"])).equals(one)).toBe(true);
  expect((await draw(["a", "a"], { combine: "average" })).equals(one)).toBe(true);
  expect((await draw(["a", "b"])).equals(one)).toBe(false);
});

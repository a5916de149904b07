/** The starter model's pictures in Underpaint are the pictures that diffusers draws from the same files. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeImage } from "../../companion/image/decode.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import type { Reference } from "../../shared/request.ts";
import { openTestStudio, paint, request, STARTER } from "../pipeline/studio-for-tests.ts";

/** Drawn by starter/train/draw_expected.py. */
const expected = (name: string) => readFileSync(path.join(__dirname, "expected", `${name}.png`));
const { defaults, nativeSize } = JSON.parse(readFileSync(path.join(STARTER, "underpaint.json"), "utf8"));

let studio: PipelineStudio;
beforeAll(() => {
  studio = openTestStudio();
});
afterAll(() => studio.close());

const size = { width: nativeSize, height: nativeSize };

async function draw(prompt: string, seed: number, references: readonly Reference[] = []): Promise<Uint8Array> {
  const { steps, guidanceScale, scheduler } = defaults;
  const wanted = request({ ...size, prompt, seed, steps, guidanceScale, scheduler: { name: scheduler }, references });
  const images: Record<string, Uint8Array> = references.length > 0 ? { reference: expected("red-apple") } : {};
  return (await paint(studio, wanted, images)).result.png;
}

const apple = (weight: number): Reference[] => [{ image: "reference", weight, start: 0, end: 1 }];

/** Mean and largest difference of two pictures' levels, 0 … 255. */
async function difference(one: Uint8Array, other: Uint8Array): Promise<{ mean: number; largest: number }> {
  const [a, b] = [await decodeImage(one), await decodeImage(other)];
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const differences = Array.from(a.data, (level, i) => Math.abs(level - b.data[i]!));
  return { mean: differences.reduce((sum, d) => sum + d, 0) / differences.length, largest: Math.max(...differences) };
}

test.each([
  ["red apple", 1],
  ["fox", 2],
])("%s, drawn with the model's defaults, is diffusers' picture", async (prompt, seed) => {
  const { mean, largest } = await difference(await draw(prompt, seed), expected(prompt.replace(" ", "-")));
  expect(mean).toBeLessThan(0.1);
  expect(largest).toBeLessThanOrEqual(3);
});

test("a reference is followed as in diffusers", async () => {
  const { mean } = await difference(await draw("icon", 3, apple(1)), expected("icon-like-red-apple"));
  expect(mean).toBeLessThan(1); // the two resize the reference with up to one level of difference
});

test("a reference makes the result like itself, the more the greater its weight", async () => {
  const away = async (references: Reference[]) =>
    (await difference(await draw("icon", 4, references), expected("red-apple"))).mean;
  const [none, half, full] = [await away([]), await away(apple(0.5)), await away(apple(1))];
  expect(full).toBeLessThan(0.6 * none);
  expect(half).toBeLessThan(none);
  expect(await away(apple(0))).toBe(none);
});

test("Edit keeps most of a picture at a low strength, whatever the words name", async () => {
  const edited = async (strength: number, guidanceScale: number) => {
    const { steps, scheduler } = defaults;
    const words = { prompt: "penguin", seed: 8, steps, guidanceScale, scheduler: { name: scheduler } };
    const wanted = request({ ...size, ...words, image: "fox", strength });
    return (await difference((await paint(studio, wanted, { fox: expected("fox") })).result.png, expected("fox"))).mean;
  };
  const much = await edited(0.5, defaults.editGuidanceScale);
  expect(await edited(0.1, defaults.editGuidanceScale)).toBeLessThan(0.4 * much);
  // It was trained to let the picture decide where there is little noise: guidance does not change that.
  expect(await edited(0.1, defaults.guidanceScale)).toBeLessThan(0.4 * much);
});

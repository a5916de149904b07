/** Letters that a picture is painted around, read back by a stranger to both. */
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { isSteered } from "../../companion/pipeline/latent/scene-text.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { tell } from "../trust/tell.ts";
import { drawWord } from "./draw-word.ts";
import { openReader, type Reader } from "./read-words.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const SIDE = 128;
type Sign = readonly [word: string, prompt: string, color: readonly [number, number, number]];
const SIGNS: readonly Sign[] = [
  ["BAR", "pizza", [20, 33, 61]],
  ["TEA", "donut", [176, 0, 32]],
  ["CAFE", "cloud", [13, 71, 161]],
  ["OPEN", "fire", [17, 17, 17]],
  ["HOTEL", "house", [0, 40, 20]],
  ["BOOK", "book", [255, 255, 255]],
  ["MILK", "rainbow", [17, 17, 17]],
  ["SHOP", "laptop", [123, 31, 162]],
  ["TAXI", "car", [0, 0, 0]],
  ["WINE", "strawberry", [60, 0, 60]],
];
/** All of them take a minute on two cores. */
const isLong = process.env.UNDERPAINT_SCENE_TEXT === "long";

let studio: PipelineStudio;
let reader: Reader;
beforeAll(async () => {
  studio = openTestStudio();
  reader = await openReader();
});
afterAll(async () => {
  reader.close();
  await studio.close();
});

const wish = (fields: Partial<GenerateRequest>) =>
  request({ width: SIDE, height: SIDE, steps: isLong ? 15 : 8, scheduler: { name: "ddim" }, ...fields });
const steered = { sceneText: { image: "text", strength: 0.75, end: 1 } } as const;

async function draw(wanted: GenerateRequest, images: Record<string, Uint8Array>): Promise<Uint8Array> {
  return (await paint(studio, wanted, images)).result.png;
}

test("letters are read back where they steer the picture, never without, and are painted, not pasted", async () => {
  const found: { word: string; with: boolean; without: boolean; painted: number }[] = [];
  for (const [i, [word, prompt, color]] of (isLong ? SIGNS : SIGNS.slice(0, 2)).entries()) {
    const letters = drawWord({ text: word, color }, 2 * SIDE, 2 * SIDE);
    const base = { prompt, seed: 100 + i };
    const text = await encodePng(letters);
    const [withText, without] = [await draw(wish({ ...base, ...steered }), { text }), await draw(wish(base), {})];
    found.push({
      word,
      with: await reader.reads(withText, word),
      without: await reader.reads(without, word),
      painted: paintedShare(await decodeImage(withText), drawWord({ text: word, color }, SIDE, SIDE), color),
    });
  }
  if (isLong) for (const line of found) tell(line);
  const count = (is: (line: (typeof found)[number]) => boolean) => found.filter(is).length;
  expect(count((line) => line.with)).toBeGreaterThanOrEqual(0.9 * found.length);
  expect(count((line) => line.without)).toBe(0);
  // At a strength of 1 it would be none of it.
  for (const { painted } of found) expect(painted).toBeGreaterThan(0.2);
});

/** Of the pixels that letters cover wholly, those that are not flatly in their colour: further off than 4 levels of 255. */
function paintedShare(picture: PixelImage, letters: PixelImage, color: readonly number[]): number {
  let [covered, painted] = [0, 0];
  for (let i = 0; i < letters.data.length; i += 4) {
    if (letters.data[i + 3] !== 255) continue;
    covered++;
    if (color.some((level, c) => Math.abs(picture.data[i + c]! - level) > 4)) painted++;
  }
  return painted / covered;
}

describe("in a Fill", () => {
  const source: PixelImage = { width: 256, height: 256, data: new Uint8Array(4 * 256 * 256) };
  for (let i = 0; i < source.data.length; i += 4)
    source.data.set([150 + ((i * 7) % 60), 120 + ((i * 3) % 50), 90, 255], i);
  const mask: PixelImage = {
    ...source,
    data: source.data.map((_, i) => (inside(i >> 2) ? 255 : i % 4 === 3 ? 255 : 0)),
  };
  function inside(pixel: number): boolean {
    const [x, y] = [pixel % 256, pixel >> 8];
    return x >= 24 && x < 232 && y >= 72 && y < 184;
  }
  const filling = {
    image: "image",
    mask: "mask",
    width: undefined,
    height: undefined,
    prompt: "cloud",
    seed: 5,
  } as const;
  const region = { detail: 1, edge: "hard", colorMatch: true } as const;
  const { width: _width, height: _height, ...unsized } = wish({ steps: 4 });

  test("nothing outside of the mask changes, to the byte; another end makes another picture, the same request the same", async () => {
    const images = {
      image: await encodePng(source),
      mask: await encodePng(mask),
      text: await encodePng(drawWord({ text: "BAR", color: [20, 30, 60] }, 256, 256)),
    };
    const { width: _w, height: _h, ...fill } = { ...unsized, ...filling, region };
    const whole = await draw({ ...fill, ...steered }, images);
    const pixels = await decodeImage(whole);
    const isOther = (value: number, at: number) => !inside(at >> 2) && value !== source.data[at];
    expect(pixels.data.filter(isOther).length).toBe(0);
    expect(await draw({ ...fill, ...steered }, images)).toEqual(whole);
    const half = { sceneText: { ...steered.sceneText, end: 0.5 } };
    expect(await draw({ ...fill, ...half }, images)).not.toEqual(whole);
  });
});

test.each([
  [8, 1, 1, [0, 1, 2, 3, 4, 5, 6, 7]],
  [20, 1, 1, [1, 4, 7, 10, 13, 16, 19]],
  [20, 0.5, 1, [1, 3, 5, 7, 9]],
  [1, 0.1, 1, [0]],
  // Of Heun's, the second evaluation of a step, and the last one, which is alone.
  [5, 1, 2, [1, 3, 4]],
])("of %d evaluations before %d, %d a step, letters steer %j", (of, end, order, wanted) => {
  const all = Array.from({ length: of }, (_, i) => i);
  expect(all.filter((i) => isSteered(i, { of, end, order }))).toEqual(wanted);
});

test("letters that lie outside of the picture are refused", async () => {
  const text = await encodePng({ width: 8, height: 8, data: new Uint8Array(256) });
  await expect(draw(wish(steered), { text })).rejects.toMatchObject({ code: "request-invalid" });
});

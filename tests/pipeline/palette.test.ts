/** Pictures in the colours of a palette. */
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { parseRequest } from "../../shared/validate.ts";
import { attempted } from "../attempted.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio();
afterAll(() => studio.close());

const palette = { colors: ["#0d99ff", "#1e1e1e", "#ffffff"], strength: 1 };

test("what is painted comes nearer to the palette, and the result says how near", async () => {
  const plain = await paint(studio, request({ steps: 4 }));
  expect(plain.result.paletteDistance).toBeUndefined();
  const { result } = await paint(studio, request({ steps: 4, palette }));
  const { before, after } = result.paletteDistance!;
  expect(after).toBeLessThan(before / 2);
  expect((await paint(studio, request({ steps: 4, palette }))).result.png).toEqual(result.png);
});

test("a Fill in a palette changes nothing outside of its mask", async () => {
  const side = 64;
  const grey = { width: side, height: side, data: new Uint8Array(side * side * 4).fill(200) };
  for (let i = 3; i < grey.data.length; i += 4) grey.data[i] = 255;
  const mask = { ...grey, data: grey.data.map((_, i) => (i % 4 === 3 ? 255 : (i >> 2) % side < side / 2 ? 255 : 0)) };
  const images = { image: await encodePng(grey), mask: await encodePng(mask) };
  const { result } = await paint(studio, request({ image: "image", mask: "mask", palette }), images);
  const made = await decodeImage(result.png);
  let changed = 0;
  for (let i = 0; i < made.data.length; i++)
    if (made.data[i] !== grey.data[i]) {
      expect((i >> 2) % side).toBeLessThan(side / 2);
      changed++;
    }
  expect(changed).toBeGreaterThan(1000);
});

test.each([
  [{ colors: [] }, /palette/],
  [{ colors: ["red"] }, /palette.*#0d99ff/],
  [{ colors: ["#ff0000"], strength: 2 }, /palette/],
  [{ colors: new Array(33).fill("#ff0000") }, /palette/],
])("%j is refused by name", (wrong, words) => {
  const { code, message } = attempted(() => parseRequest({ model: "m", prompt: "", seed: 1, palette: wrong }));
  expect([code, message]).toEqual(["request-invalid", expect.stringMatching(words)]);
});

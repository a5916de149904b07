import { delaysOf, encodeGif } from "../../companion/image/encode-gif.ts";
import sharp from "../../companion/sharp.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { gifFacts } from "./gif-frames.ts";

const frame = (shade: number, alpha = 255): PixelImage => {
  const data = new Uint8Array(16 * 12 * 4).fill(alpha);
  for (let i = 0; i < data.length; i += 4) data.set([shade, 255 - shade, (i / 4) % 256], i);
  return { width: 16, height: 12, data };
};

test("a GIF has every frame, also equal ones, plays for ever and lasts as long as it should", async () => {
  const frames = [0, 80, 80, 160, 240].map((shade) => frame(shade));
  const gif = await encodeGif(frames, 12);
  expect(gifFacts(gif)).toEqual({ width: 16, height: 12, loop: 0, delays: [8, 9, 8, 8, 9] });
  expect(await encodeGif(frames, 12)).toEqual(gif);
});

test("colours stay near, frame by frame", async () => {
  const frames = [10, 90, 170, 250].map((shade) => frame(shade));
  const gif = await encodeGif(frames, 8);
  // The companion reads no GIFs.
  sharp.unblock({ operation: ["VipsForeignLoadNsgif"] });
  const raw = await sharp(gif, { animated: true }).ensureAlpha().raw().toBuffer();
  sharp.block({ operation: ["VipsForeignLoadNsgif"] });
  const meant = Buffer.concat(frames.map(({ data }) => data));
  const far = raw.reduce((sum, value, i) => sum + Math.abs(value - meant[i]!), 0) / raw.length;
  expect(raw.length).toBe(meant.length);
  expect(far).toBeLessThan(4);
});

test("delaysOf() spends the hundredths of a second that a rate leaves over", () => {
  expect(delaysOf(4, 8)).toEqual([130, 120, 130, 120]);
  expect(delaysOf(3, 10)).toEqual([100, 100, 100]);
  for (const rate of [1, 7, 12, 24, 30]) expect(delaysOf(rate, rate).reduce((a, b) => a + b)).toBe(1000);
});

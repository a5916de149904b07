import path from "node:path";
import { openUpscaler } from "../../companion/checkpoint/parts/upscaler.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { resizeImage } from "../../companion/image/resample.ts";
import { enlarge } from "../../companion/pipeline/enlarge/enlarge.ts";
import { enlargePicture } from "../../companion/pipeline/enlarge/enlarge-picture.ts";
import { layTiles, mirrored, TileBlend, tileOf } from "../../companion/pipeline/enlarge/tiles.ts";
import type { PipelineEvent } from "../../companion/pipeline/events.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { openTestStudio } from "./studio-for-tests.ts";

const fileOf = (name: string) => path.join(__dirname, "../fixtures/networks", name, "weights.safetensors");

/** Soft waves, and a transparent corner where it is wanted. */
function waves(width: number, height: number, alpha = 255): PixelImage {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set([128 + 90 * Math.sin(x / 9), 128 + 90 * Math.cos(y / 7), (x * 3 + y * 5) % 256, alpha], 4 * i);
  }
  return { width, height, data };
}

async function run(work: ReturnType<typeof enlarge>) {
  const steps: number[] = [];
  for (;;) {
    const { value, done } = await work.next();
    if (done) return { steps, image: value };
    steps.push(value.step);
  }
}

test.each([
  [500, 300, 1],
  [191, 193, 2],
  [64, 4, 4],
])("layTiles() covers %i × %i without a gap, neighbours overlapping", (width, height, multiple) => {
  const { side, places, overlap } = layTiles({ width, height }, { most: 128, overlap: 24, multiple });
  expect([side.width % multiple, side.height % multiple]).toEqual([0, 0]);
  for (const [axis, length] of [width, height].entries()) {
    const size = axis === 0 ? side.width : side.height;
    const starts = [...new Set(places.map((place) => place[axis]!))].sort((a, b) => a - b);
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)! + size).toBeGreaterThanOrEqual(length);
    for (const [i, start] of starts.slice(1).entries())
      expect(starts[i]! + size - start).toBeGreaterThanOrEqual(overlap);
  }
});

test("mirrored() repeats no edge, as torch's reflect", () => {
  expect([-2, -1, 0, 3, 4, 5].map((i) => mirrored(i, 4))).toEqual([2, 1, 0, 3, 2, 1]);
  expect(mirrored(7, 1)).toBe(0);
});

test("TileBlend gives back what its tiles agree on, to the level", () => {
  const picture = waves(300, 90);
  const { side, places, overlap } = layTiles(picture, { most: 128, overlap: 24, multiple: 1 });
  const blend = new TileBlend(picture, 1, overlap);
  for (const place of places) blend.add(tileOf(picture, place, side), place);
  expect(Buffer.from(blend.pixels().data).equals(Buffer.from(picture.data))).toBe(true);
});

test("enlarge() in tiles is the whole picture enlarged, without a seam", async () => {
  const studio = openTestStudio();
  try {
    const network = openUpscaler(fileOf("upscaler-realesrgan-x2"));
    const picture = waves(430, 60);
    const { steps, image } = await run(enlarge(picture, network, studio));
    expect([steps.length, image.width, image.height]).toEqual([2, 860, 120]);
    // What lies around the seam, by itself and in one piece: its own edges left out.
    const [from, width] = [120, 240];
    const cut = { width, height: 60, data: new Uint8Array(4 * width * 60) };
    for (let y = 0; y < 60; y++)
      cut.data.set(picture.data.subarray(4 * (y * 430 + from), 4 * (y * 430 + from + width)), 4 * y * width);
    const { image: alone } = await run(enlarge(cut, network, studio));
    let worst = 0;
    for (let y = 0; y < 120; y++)
      for (let x = 80; x < 400; x++)
        for (let c = 0; c < 3; c++) {
          const whole = image.data[4 * (y * 860 + x + 2 * from) + c]!;
          worst = Math.max(worst, Math.abs(alone.data[4 * (y * 2 * width + x) + c]! - whole));
        }
    expect(worst).toBeLessThanOrEqual(1);
  } finally {
    await studio.close();
  }
});

test("enlarge() keeps transparency, and refuses what Figma would not take", async () => {
  const studio = openTestStudio();
  try {
    const network = openUpscaler(fileOf("upscaler-compact"));
    const { image } = await run(enlarge(waves(20, 12, 100), network, studio));
    expect([image.width, image.height, image.data[3]]).toEqual([80, 48, 100]);
    await expect(run(enlarge(waves(1025, 8), network, studio))).rejects.toMatchObject({ code: "image-too-large" });
  } finally {
    await studio.close();
  }
});

describe("a task of kind enlarge", () => {
  const places = { compact: fileOf("upscaler-compact"), vae: fileOf("vae-kl") };
  const studioHere = () => openTestStudio(undefined, places);
  const encoded = async (image: PixelImage) => new Map([["a", await encodePng(image)]]);
  const finish = async (work: ReturnType<typeof enlargePicture>) => {
    const events: PipelineEvent[] = [];
    for (;;) {
      const { value, done } = await work.next();
      if (done) return { events, ...value, image: await decodeImage(value.png) };
      events.push(value);
    }
  };
  /** The mean difference of two pictures' colours, in levels, after both were made so many times smaller. */
  const distance = (a: PixelImage, b: PixelImage, times: number) => {
    const size = { width: Math.round(a.width / times), height: Math.round(a.height / times) };
    const [x, y] = [resizeImage(a, size, "bicubic").data, resizeImage(b, size, "bicubic").data];
    return x.reduce((sum, value, i) => sum + Math.abs(value - y[i]!), 0) / x.length;
  };

  test("by a network whose factor is another, the rest is resampled", async () => {
    const studio = studioHere();
    const request = { image: "a", factor: 3, upscaler: "compact" };
    const { image, width, height } = await finish(enlargePicture(request, await encoded(waves(21, 14)), studio));
    expect([width, height, image.width, image.height]).toEqual([63, 42, 63, 42]);
    await studio.close();
  });

  test("without one it is resampled, as Pillow does, and its alpha with it", async () => {
    const studio = studioHere();
    const { image } = await finish(
      enlargePicture({ image: "a", factor: 1.5 }, await encoded(waves(20, 10, 128)), studio),
    );
    expect(image).toEqual(resizeImage(waves(20, 10, 128), { width: 30, height: 15 }, "lanczos"));
    await studio.close();
  });

  test("detail is drawn part by part, the same for the same seed, and large forms and colours stay", async () => {
    const studio = studioHere();
    const source = waves(100, 60);
    const detail = {
      ...{ model: "starter", prompt: "red apple", seed: 5, steps: 4, guidanceScale: 3, strength: 0.5 },
      scheduler: {},
    };
    const request = { image: "a", factor: 2, detail };
    const first = await finish(enlargePicture(request, await encoded(source), studio));
    expect([first.width, first.height]).toEqual([200, 120]);
    const steps = first.events.flatMap((event) => (event.type === "step" ? [event] : []));
    // Two parts of 128 pixels beside one another, two evaluations each.
    expect(steps.map(({ step, of }) => `${step}/${of}`)).toEqual(["1/4", "2/4", "3/4", "4/4"]);
    const plain = resizeImage(source, { width: 200, height: 120 }, "lanczos");
    expect(distance(first.image, plain, 1)).toBeGreaterThan(1);
    expect(distance(first.image, plain, 40)).toBeLessThan(4);
    const again = await finish(enlargePicture(request, await encoded(source), studio));
    expect(Buffer.from(again.png).equals(Buffer.from(first.png))).toBe(true);
    await studio.close();
  });

  test("of a mask's part only: at no pixel beyond, faded inside of its last half pixel", async () => {
    const studio = studioHere();
    const mask = waves(6, 6);
    for (let i = 0; i < 36; i++) mask.data.fill(i % 6 > 1 && i % 6 < 5 && i > 5 && i < 24 ? 255 : 0, 4 * i, 4 * i + 3);
    const images = new Map([...(await encoded(waves(6, 6))), ["m", await encodePng(mask)]]);
    const { image } = await finish(enlargePicture({ image: "a", mask: "m", factor: 4 }, images, studio));
    const alphaAt = (x: number, y: number) => image.data[4 * (y * 24 + x) + 3];
    const rows = Array.from({ length: 24 }, (_, y) => Array.from({ length: 24 }, (_, x) => alphaAt(x, y)));
    for (const [y, row] of rows.entries())
      for (const [x, alpha] of row.entries())
        if (x < 8 || x >= 20 || y < 4 || y >= 16) expect([x, y, alpha]).toEqual([x, y, 0]);
    // From the edge of the outermost pixel to its middle: 1/8 and 3/8 of a mask's pixel, twice as steep, then whole.
    expect(rows[10]!.slice(8, 14)).toEqual([64, 191, 255, 255, 255, 255]);
    const plain = resizeImage(waves(6, 6), { width: 24, height: 24 }, "lanczos");
    expect([...image.data.subarray(4 * (10 * 24 + 12), 4 * (10 * 24 + 13))]).toEqual([
      ...plain.data.subarray(4 * (10 * 24 + 12), 4 * (10 * 24 + 13)),
    ]);
    await studio.close();
  });

  test.each([
    ["a mask and a broken factor", { image: "a", mask: "a", factor: 1.5 }, "request-invalid"],
    ["a size beyond Figma's", { image: "a", factor: 8 }, "image-too-large"],
    ["an image that did not come along", { image: "b", factor: 2 }, "image-not-readable"],
    ["a file that is no upscaler", { image: "a", factor: 2, upscaler: "vae" }, "model-unsupported"],
  ])("%s is refused", async (_, request, code) => {
    const studio = studioHere();
    const images = await encoded(waves(600, 10));
    await expect(finish(enlargePicture(request, images, studio))).rejects.toMatchObject({ code });
    await studio.close();
  });
});

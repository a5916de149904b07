import { encodePng } from "../../companion/image/encode.ts";
import { prepareCanvas } from "../../companion/pipeline/picture/canvas.ts";
import { createKeptResults, type KeptResults } from "../../companion/pipeline/studio/kept-results.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { Region } from "../../shared/request.ts";
import { testPicture } from "../image/reference.ts";
import { request } from "./studio-for-tests.ts";

/** A shape exported by itself: opaque in the disc, transparent around it. */
function disc(width: number, height: number, [cx, cy, radius]: [number, number, number]): PixelImage {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++)
    if (Math.hypot((i % width) - cx, Math.floor(i / width) - cy) <= radius) data.set([10, 200, 30, 255], i * 4);
  return { width, height, data };
}

const SIZE_LEFT_OPEN = { width: undefined, height: undefined };

async function canvasOf(
  source: PixelImage,
  mask: PixelImage,
  region?: Partial<Region>,
  native = 64,
  kept?: KeptResults,
) {
  const images = new Map([
    ["i", await encodePng(source)],
    ["m", await encodePng(mask)],
  ]);
  const fields = {
    image: "i",
    mask: "m",
    ...SIZE_LEFT_OPEN,
    ...(region && { region: { detail: 0, colorMatch: true, ...region } }),
  };
  return prepareCanvas(request(fields), images, { native, factor: 8, ...(kept && { kept }) });
}

test.each<[number, number, number]>([
  [40, 50, 2],
  [99, 0, 4],
  [0, 89, 1],
])("a region around (%d, %d) that is cut out and pasted back without a model is the identity", async (...place) => {
  const source = testPicture(100, 90);
  // At detail 0 a small mask's context is the model's own size at 1:1.
  const canvas = await canvasOf(source, disc(100, 90, place), { grow: 1, feather: 2 });
  expect(canvas.size).toEqual({ width: 64, height: 64 });
  expect(canvas.finish(canvas.picture!)).toEqual(source);
});

test("a region's picture is what lies around the mask, at the model's own size", async () => {
  const source = testPicture(400, 300);
  const { size, picture, mask } = await canvasOf(source, disc(400, 300, [300, 200, 30]), { detail: 1 }, 128);
  expect([size.width, size.height]).toEqual([128, 128]);
  expect([picture!.width, picture!.height, mask!.width, mask!.height]).toEqual([128, 128, 128, 128]);
  // The middle of the mask is in the middle of the context: red grows with x, green with y.
  const middle = (64 * 128 + 64) * 4;
  expect(Math.abs(picture!.data[middle]! - (300 * 255) / 400)).toBeLessThan(12);
  expect(Math.abs(picture!.data[middle + 1]! - (200 * 255) / 300)).toBeLessThan(12);
  expect(mask!.data[64 * 128 + 64]).toBe(255);
  expect(mask!.data[0]).toBe(0);
});

test.each<[string, [number, number, number]]>([
  ["a large shape", [200, 150, 90]],
  ["a small one", [60, 70, 4]],
  ["one at the corner", [399, 299, 50]],
])("not one byte outside of %s changes, and most of what is inside does", async (_name, place) => {
  const source = testPicture(400, 300, (x, y) => (x + y) % 256);
  const mask = disc(400, 300, place);
  const canvas = await canvasOf(source, mask, {}, 128);
  const black = { ...canvas.size, data: new Uint8Array(canvas.size.width * canvas.size.height * 4).fill(255) };
  const made = canvas.finish(black);
  let [outside, inside, drawn] = [0, 0, 0];
  for (let i = 0; i < 400 * 300; i++) {
    const differs = [0, 1, 2, 3].some((c) => made.data[4 * i + c] !== source.data[4 * i + c]);
    if (mask.data[4 * i + 3] === 0) outside += Number(differs);
    else {
      inside += Number(differs);
      drawn++;
    }
  }
  expect(outside).toBe(0);
  expect(inside / drawn).toBeGreaterThan(0.75);
});

test("what a picture and its mask say is kept for the next seed, and belongs to these, their region and the model's size alone", async () => {
  const made: string[] = [];
  const keeping = createKeptResults(10_000_000);
  const kept: KeptResults = {
    of: (what, ingredients, make) =>
      keeping.of(what, ingredients, () => {
        made.push(what);
        return make();
      }),
  };
  const shape = disc(100, 90, [40, 50, 12]);
  const cases: [PixelImage, PixelImage, Partial<Region>, number][] = [
    [testPicture(100, 90), shape, {}, 64],
    [testPicture(100, 90), shape, {}, 64],
    [testPicture(100, 90), disc(100, 90, [40, 50, 13]), {}, 64],
    [testPicture(100, 90), shape, { edge: "hard" }, 64],
    [testPicture(100, 90), shape, {}, 32],
  ];
  for (const one of cases) {
    const [again, alone] = [await canvasOf(...one, kept), await canvasOf(...one)];
    expect([again.picture, again.mask]).toEqual([alone.picture, alone.mask]);
    const painted = testPicture(alone.size.width, alone.size.height);
    expect(again.finish(painted)).toEqual(alone.finish(painted));
  }
  expect(made.filter((what) => what === "region")).toHaveLength(4);
});

test("a region is seen at the size that the request gives", async () => {
  const images = new Map([
    ["i", await encodePng(testPicture(400, 300))],
    ["m", await encodePng(disc(400, 300, [300, 200, 30]))],
  ]);
  const fields = { image: "i", mask: "m", width: 96, height: 160, region: { detail: 1, colorMatch: true } };
  const { size, picture, mask } = await prepareCanvas(request(fields), images, { native: 128, factor: 8 });
  for (const { width, height } of [size, picture!, mask!]) expect([width, height]).toEqual([96, 160]);
});

test("a region's mask covers all that will be painted, in whole places of the latent", async () => {
  const { mask } = await canvasOf(testPicture(400, 300), disc(400, 300, [200, 150, 21]), { detail: 0.5 }, 128);
  const { width, data } = mask!;
  for (let y = 0; y < mask!.height; y++)
    for (let x = 0; x < width; x++)
      if (data[y * width + x] !== data[(y - (y % 8)) * width + x - (x % 8)])
        throw new Error(`a cell is split at ${x}, ${y}`);
  expect(new Set(data)).toEqual(new Set([0, 255]));
});

test("without its composite a region is pasted whole, and nothing outside it changes", async () => {
  const source = testPicture(400, 300);
  const fields = { image: "i", mask: "m", composite: false, region: { detail: 1, colorMatch: false } };
  const images = new Map([
    ["i", await encodePng(source)],
    ["m", await encodePng(disc(400, 300, [200, 150, 20]))],
  ]);
  const canvas = await prepareCanvas(request(fields), images, { native: 128, factor: 8 });
  const black = { ...canvas.size, data: new Uint8Array(canvas.size.width * canvas.size.height * 4).fill(255) };
  const made = canvas.finish(black);
  expect([...made.data.subarray(0, 400)]).toEqual([...source.data.subarray(0, 400)]);
  const painted = made.data.filter((v, i) => v === 255 && source.data[i] !== 255).length;
  expect(painted).toBeGreaterThan(40 * 40 * 3);
});

test("with an infill the model is shown no white beside the picture, and none is pasted back", async () => {
  const known = new Uint8Array(96 * 64 * 4).fill(60).map((value, i) => (i % 4 === 3 ? 255 : value));
  // The right half is empty, as it is beside a picture that is to be expanded.
  const outside = new Uint8Array(known.length);
  for (let i = 0; i < 96 * 64; i++)
    if (i % 96 >= 48) {
      known.fill(0, i * 4, i * 4 + 4);
      outside[i * 4 + 3] = 255;
    }
  const [source, mask] = [known, outside].map((data) => ({ width: 96, height: 64, data }));
  const lightest = ({ picture }: { picture?: PixelImage }) => picture!.data.filter((_, i) => i % 4 === 2);
  const region = { edge: "hard", seam: "membrane" } as const;
  const plain = await canvasOf(source!, mask!, region);
  expect([Math.max(...lightest(plain)), plain.infilled]).toEqual([255, undefined]);
  const filled = await canvasOf(source!, mask!, { ...region, infill: "membrane" });
  expect(Math.max(...lightest(filled))).toBeLessThan(70);
  expect(filled.infilled).toBe(true);
  const made = filled.finish(filled.picture!);
  for (let i = 0; i < 96 * 64; i++)
    if (i % 96 < 48) expect(made.data.subarray(i * 4, i * 4 + 4)).toEqual(source!.data.subarray(i * 4, i * 4 + 4));
});

/** Grey of a level, red under the mask. */
function marked(
  level: (x: number) => number,
  mask: PixelImage,
): { readonly known: PixelImage; readonly source: PixelImage } {
  const { width, height } = mask;
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : level((i >> 2) % width)));
  const red = data.slice();
  for (let i = 0; i < width * height; i++) if (mask.data[4 * i + 3]! > 0) red.set([255, 0, 0], 4 * i);
  return { known: { width, height, data }, source: { width, height, data: red } };
}

const everywhere = { weight: 1, start: 0, end: 1 };

test("an infill of patches goes on with the pattern around, and what lies under the mask is not seen", async () => {
  const mask = disc(128, 128, [64, 64, 20]);
  const { known, source } = marked((x) => (x % 8 < 4 ? 40 : 220), mask);
  const canvas = await canvasOf(source, mask, { edge: "hard", infill: "patchmatch", surroundings: everywhere }, 128);
  expect(canvas.infilled).toBe(true);
  expect(canvas.surroundings).toBe(canvas.picture);
  const whole = await canvasOf(known, mask, { edge: "hard" }, 128);
  expect([whole.infilled, whole.surroundings]).toEqual([undefined, undefined]);
  expect(Buffer.compare(canvas.picture!.data, whole.picture!.data)).toBe(0);
});

test("surroundings are continued for the reference alone where the model is to begin at noise", async () => {
  const mask = disc(128, 128, [64, 64, 20]);
  const { source } = marked(() => 90, mask);
  const canvas = await canvasOf(source, mask, { edge: "hard", surroundings: everywhere }, 128);
  expect(canvas.infilled).toBe(undefined);
  const reds = ({ data }: PixelImage) => Math.max(...data.filter((_, i) => i % 4 === 0));
  expect([reds(canvas.picture!), reds(canvas.surroundings!)]).toEqual([255, 90]);
});

test("what was under the mask does not show through where the result fades in over an infill of patches", async () => {
  const mask = disc(128, 128, [64, 64, 30]);
  const { known, source } = marked(() => 90, mask);
  const finished = async (region: Partial<Region>) => {
    const canvas = await canvasOf(source, mask, { edge: "soft", colorMatch: false, ...region }, 128);
    return canvas.finish(await canvasOf(known, mask, {}, 128).then(({ picture }) => picture!));
  };
  const redness = ({ data }: PixelImage) =>
    Math.max(...data.map((value, i) => (i % 4 === 0 ? value - data[i + 1]! : 0)));
  expect(redness(await finished({}))).toBeGreaterThan(100);
  const made = await finished({ infill: "patchmatch" });
  expect(redness(made)).toBeLessThan(3);
  for (let i = 0; i < 128 * 128; i++)
    if (mask.data[4 * i + 3] === 0)
      expect(made.data.subarray(4 * i, 4 * i + 4)).toEqual(source.data.subarray(4 * i, 4 * i + 4));
});

test("a calm area softens what is painted there, no more, and none leaves a request's bytes as they are", async () => {
  const source = testPicture(96, 64);
  const outside = disc(96, 64, [66, 32, 24]);
  const region = { edge: "hard" } as const;
  const area = { x: 56, y: 24, width: 20, height: 16 };
  const [plain, calm] = [
    await canvasOf(source, outside, region),
    await canvasOf(source, outside, { ...region, calm: [area] }),
  ];
  const made = {
    ...plain.size,
    data: plain.picture!.data.map((value, i) => (i % 4 === 3 ? 255 : i % 8 < 4 ? 0 : value)),
  };
  const [rough, soft] = [plain.finish(made), calm.finish(made)];
  expect((await canvasOf(source, outside, { ...region, calm: [] })).finish(made)).toEqual(rough);
  expect(soft).not.toEqual(rough);
  for (let i = 0; i < 96 * 64; i++)
    if (outside.data[i * 4 + 3] === 0)
      expect(soft.data.subarray(i * 4, i * 4 + 4)).toEqual(source.data.subarray(i * 4, i * 4 + 4));
});

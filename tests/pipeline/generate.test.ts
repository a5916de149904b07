import { rmSync } from "node:fs";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import type { PipelineEvent } from "../../companion/pipeline/events.ts";
import { generate } from "../../companion/pipeline/generate.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { growAndFeather } from "../../shared/mask-edge.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { GenerateRequest, Reference } from "../../shared/request.ts";
import { testPicture } from "../image/reference.ts";
import { openTestStudio, paint, request, STARTER } from "./studio-for-tests.ts";

let studio: PipelineStudio;
beforeAll(() => {
  studio = openTestStudio();
});
afterAll(() => studio.close());

const white = (width: number, height: number, on: (x: number, y: number) => boolean): PixelImage => {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) if (!on(i % width, Math.floor(i / width))) data.fill(0, i * 4, i * 4 + 3);
  return { width, height, data };
};
const disc = (width: number, height: number, [cx, cy, radius]: [number, number, number]) =>
  white(width, height, (x, y) => Math.hypot(x - cx, y - cy) <= radius);

test("generate() tells its stages and steps, with a preview of the latent's size", async () => {
  const { events, result } = await paint(studio, request({ steps: 3, width: 96 }));
  const words = (e: PipelineEvent) =>
    e.type === "stage" ? e.stage : e.type === "rung" ? `next ${e.next}` : `${e.step} of ${e.of}`;
  expect(events.map(words)).toEqual([
    ...["loading", "next 1", "encoding", "denoising", "1 of 3", "2 of 3", "3 of 3", "decoding"],
  ]);
  const step = events[5]!;
  expect(step.type === "step" && (await step.preview?.())).toMatchObject({ width: 12, height: 8 });
  expect(result).toMatchObject({ width: 96, height: 64, tokens: 4 });
  expect(await decodeImage(result.png)).toMatchObject({ width: 96, height: 64 });
});

test("generate() draws a red apple on white", async () => {
  const { result } = await paint(studio, request({ steps: 12, width: 128, height: 128 }));
  const { data } = await decodeImage(result.png);
  const at = (x: number, y: number) => [...data.subarray((y * 128 + x) * 4, (y * 128 + x) * 4 + 3)];
  const [red, green, blue] = at(64, 72);
  expect(red! - Math.max(green!, blue!)).toBeGreaterThan(90);
  for (const corner of [at(2, 2), at(125, 2), at(2, 125), at(125, 125)])
    expect(Math.min(...corner)).toBeGreaterThan(200);
});

test("generate() gives the same bytes for the same request, and others for another seed", async () => {
  const one = await paint(studio, request());
  const fresh = openTestStudio();
  const two = await paint(fresh, request());
  await fresh.close();
  expect(two.result.png).toEqual(one.result.png);
  expect((await paint(studio, request({ seed: 4 }))).result.png).not.toEqual(one.result.png);
});

test("generate() traces what diffusers can be asked for", async () => {
  const { trace } = await paint(studio, request());
  expect([...trace].map(([name, { type, dims }]) => [name, type, dims])).toEqual([
    ["token_ids", "int64", [1, 32]],
    ["prompt_embeds", "float32", [1, 32, 192]],
    ["negative_token_ids", "int64", [1, 32]],
    ["negative_prompt_embeds", "float32", [1, 32, 192]],
    ["initial_noise", "float32", [1, 8, 8, 8]],
    ["latents.0", "float32", [1, 8, 8, 8]],
    ["latents.1", "float32", [1, 8, 8, 8]],
    ["image", "float32", [1, 3, 64, 64]],
  ]);
});

test("generate() runs without the negative prompt where the guidance scale is 1", async () => {
  const { trace } = await paint(studio, request({ guidanceScale: 1, negativePrompt: "blue" }));
  expect(trace.has("negative_prompt_embeds")).toBe(false);
  const { trace: other } = await paint(studio, request({ guidanceScale: 1, negativePrompt: "green" }));
  expect(other.get("image")).toEqual(trace.get("image"));
});

test("generate() says what of a long prompt was dropped", async () => {
  const prompt = Array.from({ length: 40 }, (_, i) => (i === 39 ? "boat" : "apple")).join(" ");
  const { result } = await paint(studio, request({ prompt }));
  expect(result.tokens).toBe(32);
  expect(result.droppedText).toMatch(/boat$/);
});

describe("cancelling", () => {
  test("breaking out of generate() gives every session back", async () => {
    for await (const event of generate(request({ steps: 20 }), new Map(), studio))
      if (event.type === "step" && event.step === 2) break;
    expect(studio.sessions.list().map(({ leases }) => leases)).not.toContain(1);
    expect((await paint(studio, request())).result.width).toBe(64);
  });

  test("generate() lets timers and messages through between two steps", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await paint(studio, request({ steps: 5 }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(5);
  });
});

test("generate() gives the same picture but for rounding where memory is for one network at a time", async () => {
  const tight = openTestStudio(1e7);
  const { result } = await paint(tight, request());
  const [found, wanted] = [
    await decodeImage(result.png),
    await decodeImage((await paint(studio, request())).result.png),
  ];
  expect(Math.max(...found.data.map((value, i) => Math.abs(value - wanted.data[i]!)))).toBeLessThanOrEqual(1);
  expect(tight.sessions.list().map(({ key }) => key.split("/")[2])).toEqual(["vae-decoder"]);
  await tight.close();
  expect(tight.sessions.list()).toEqual([]);
});

describe("image to image", () => {
  test("keeps more of the picture at a lower strength", async () => {
    const image = await encodePng(disc(64, 64, [32, 32, 20]));
    const distance = async (strength: number) => {
      const { result } = await paint(studio, request({ image: "i", strength, steps: 10 }), { i: image });
      const [a, b] = [await decodeImage(result.png), await decodeImage(image)];
      return a.data.reduce((sum, v, i) => sum + Math.abs(v - b.data[i]!), 0);
    };
    const [low, high] = [await distance(0.2), await distance(1)];
    expect(low).toBeLessThan(high / 2);
  });

  test("takes the share of the steps that the strength says", async () => {
    const image = await encodePng(testPicture(70, 50));
    const { events } = await paint(studio, request({ image: "i", strength: 0.5, steps: 8 }), { i: image });
    expect(events.filter((e) => e.type === "step")).toHaveLength(4);
  });
});

describe("fill", () => {
  const source = testPicture(150, 110, (x, y) => (x < 20 ? 0 : y < 10 ? 128 : 255));
  const mask = disc(150, 110, [90, 60, 14]);
  const fields: Partial<GenerateRequest> = { image: "i", mask: "m", region: { detail: 0.5, colorMatch: true } };

  test("leaves every byte outside the grown and feathered mask, and changes what is inside", async () => {
    const images = { i: await encodePng(source), m: await encodePng(mask) };
    const region = { detail: 0.5, colorMatch: true, grow: 3, feather: 6 };
    const { result } = await paint(studio, request({ ...fields, region }), images);
    const made = await decodeImage(result.png);
    expect([made.width, made.height]).toEqual([150, 110]);
    const coverage = { ...mask, data: mask.data.filter((_, i) => i % 4 === 0) };
    const soft = growAndFeather(coverage, region);
    let [outside, changed] = [0, 0];
    for (let i = 0; i < soft.data.length; i++) {
      const same = [0, 1, 2, 3].every((c) => made.data[i * 4 + c] === source.data[i * 4 + c]);
      if (soft.data[i] === 0) {
        expect(same).toBe(true);
        outside++;
      } else if (!same) changed++;
    }
    expect(outside).toBeGreaterThan(14000);
    expect(changed).toBeGreaterThan(500);
  });

  test("works where the mask touches the picture's corner, or is all of it", async () => {
    const i = await encodePng(source);
    for (const m of [disc(150, 110, [149, 109, 6]), white(150, 110, () => true)]) {
      const { result } = await paint(studio, request({ ...fields, steps: 1 }), { i, m: await encodePng(m) });
      expect([result.width, result.height]).toEqual([150, 110]);
    }
  });

  test("without a region uses both whole at the request's size, and keeps the bytes outside the mask", async () => {
    const picture = testPicture(64, 64);
    const square = white(64, 64, (x, y) => x >= 16 && x < 40 && y >= 16 && y < 48);
    const images = { i: await encodePng(picture), m: await encodePng(square) };
    const made = await decodeImage((await paint(studio, request({ image: "i", mask: "m" }), images)).result.png);
    const differs = (i: number) => [0, 1, 2].some((c) => made.data[i * 4 + c] !== picture.data[i * 4 + c]);
    const where = Array.from({ length: 64 * 64 }, (_, i) => i).filter(differs);
    expect(where.length).toBeGreaterThan(500);
    for (const i of where) expect(square.data[i * 4]).toBe(255);
  });

  test("with composite: false gives the model's whole picture", async () => {
    const picture = testPicture(64, 64);
    const images = { i: await encodePng(picture), m: await encodePng(disc(64, 64, [20, 20, 6])) };
    const { result } = await paint(studio, request({ image: "i", mask: "m", composite: false }), images);
    const made = await decodeImage(result.png);
    expect(made.data.subarray(-400)).not.toEqual(picture.data.subarray(-400));
  });
});

describe("references", () => {
  const reference = (fields: Partial<Reference> = {}): Reference => ({
    ...{ image: "r", weight: 1, start: 0, end: 1 },
    ...fields,
  });
  const images = async () => ({ r: await encodePng(testPicture(80, 60)) });
  const pngOf = async (references: Reference[]) =>
    (await paint(studio, request({ references, steps: 4 }), await images())).result.png;

  test("weight 0 is exactly no adapter", async () => {
    expect(await pngOf([reference({ weight: 0 })])).toEqual(await pngOf([]));
  });

  test("a reference acts, two act more, and each within its own steps only", async () => {
    const without = await paint(studio, request({ steps: 4 }));
    const late = await paint(studio, request({ references: [reference({ start: 0.5 })], steps: 4 }), await images());
    expect(late.trace.get("latents.1")).toEqual(without.trace.get("latents.1"));
    expect(late.trace.get("latents.2")).not.toEqual(without.trace.get("latents.2"));
    const one = await pngOf([reference()]);
    expect(one).not.toEqual(without.result.png);
    expect(await pngOf([reference(), reference({ weight: 0.5 })])).not.toEqual(one);
  });
});

describe("refusals", () => {
  const png = () => encodePng(testPicture(64, 64));
  const cases: [string, Partial<GenerateRequest>, string, RegExp][] = [
    ["a size that is no multiple of 8", { width: 100 }, "request-invalid", /width.*100/],
    ["no steps", { steps: 0 }, "request-invalid", /steps/],
    ["a mask without an image", { mask: "i" }, "request-invalid", /image/],
    ["an image that did not come", { image: "nowhere" }, "request-invalid", /nowhere/],
    ["a strength that leaves nothing", { image: "i", strength: 0 }, "request-invalid", /strength/],
    ["a text instead of an image", { image: "text" }, "image-not-readable", /PNG/],
    ["an empty mask", { image: "i", mask: "black" }, "mask-empty", /nothing/],
    [
      "an empty mask of a region",
      { image: "i", mask: "black", region: { detail: 1, colorMatch: true } },
      "mask-empty",
      /nothing/,
    ],
    [
      "a region's mask of another size",
      { image: "i", mask: "small", region: { detail: 1, colorMatch: true } },
      "mask-size",
      /32 × 16.*64 × 64/,
    ],
    ["more layers left out than there are", { clipSkip: 4 }, "request-invalid", /3/],
    ["an unknown scheduler setting", { scheduler: { karras: true } }, "scheduler-unsupported", /karras/],
    ["a model that is not there", { model: "other" }, "model-not-found", /other/],
    [
      "an adapter that is not there",
      { references: [{ image: "i", weight: 1, start: 0, end: 1, adapter: "gone" }] },
      "model-not-found",
      /gone/,
    ],
  ];
  test.each(cases)("%s", async (_, fields, code, message) => {
    const black = await encodePng(white(64, 64, () => false));
    const small = await encodePng(white(32, 16, () => true));
    const images = { i: await png(), black, small, text: new TextEncoder().encode("hello") };
    const failure = await paint(studio, request(fields), images).catch((error) => error);
    expect([failure.name, failure.code]).toEqual(["Problem", code]);
    expect(failure.message).toMatch(message);
    expect(studio.sessions.list().filter(({ leases }) => leases > 0)).toEqual([]);
  });
});

describe("a model whose files change", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "underpaint-model-"));
    await cp(STARTER, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("is opened afresh", async () => {
    const own = openTestStudio(undefined, { copy: folder });
    const before = await own.openModel("copy");
    expect(await own.openModel("copy")).toBe(before);
    const file = path.join(folder, "vae/diffusion_pytorch_model.safetensors");
    await writeFile(file, await readFile(file));
    const after = await own.openModel("copy");
    expect(after.fingerprint).not.toBe(before.fingerprint);
    await own.close();
  });

  test("is refused where a file is cut off", async () => {
    const own = openTestStudio(undefined, { copy: folder });
    const file = path.join(folder, "unet/diffusion_pytorch_model.safetensors");
    await writeFile(file, (await readFile(file)).subarray(0, 100_000));
    await expect(own.openModel("copy")).rejects.toMatchObject({ code: "file-truncated" });
  });
});

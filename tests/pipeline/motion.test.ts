/** Pictures that move; that they are diffusers' is for tests/parity to say. */
import path from "node:path";
import type { UNetModel } from "../../companion/checkpoint/model.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { toPixels } from "../../companion/image/preprocess.ts";
import { stableDiffusion } from "../../companion/pipeline/families/stable-diffusion.ts";
import { byChannel, byFrame, frameAt, framesOf, turned } from "../../companion/pipeline/motion/frames.ts";
import { shown } from "../../companion/pipeline/motion/loop.ts";
import { strideOf, turnAt } from "../../companion/pipeline/motion/ring.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import type { Motion } from "../../shared/request.ts";
import { parseRequest } from "../../shared/validate.ts";
import { gifFacts } from "../image/gif-frames.ts";
import { testPicture } from "../image/reference.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const parity = path.join(__dirname, "../fixtures/parity");
let studio: PipelineStudio;
beforeAll(() => {
  const models = Object.fromEntries(["sd1", "sd2", "inpaint"].map((name) => [name, path.join(parity, "models", name)]));
  const modules = { v1: "v1.safetensors", v2: "v2" };
  const places = Object.entries(modules).map(([name, file]) => [name, path.join(parity, "motion-models", file)]);
  const unet = path.join(parity, "models/sd1/unet");
  const t2i = path.join(parity, "control-models/t2i-full");
  studio = openTestStudio(undefined, { ...models, unet, t2i, ...Object.fromEntries(places) });
});
afterAll(() => studio.close());

const motion = (more: Partial<Motion> = {}): Motion => ({
  ...{ model: "v2", frames: 8, frameRate: 8, loop: "none" },
  ...more,
});
const base = { model: "sd1", width: 32, height: 32, scheduler: { name: "ddim" } } as const;
const messageOf = async (run: () => unknown) => {
  try {
    await run();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

test("a loop is a GIF of all frames in their order, and its first frame is the picture", async () => {
  const { result, trace, events } = await paint(studio, request({ ...base, motion: motion({ loop: "ping-pong" }) }));
  expect(gifFacts(result.gif!)).toMatchObject({ width: 32, height: 32, loop: 0 });
  expect(gifFacts(result.gif!).delays).toEqual(Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? 13 : 12)));
  expect(trace.get("image")!.dims).toEqual([8, 3, 32, 32]);
  const first = (trace.get("image") as Tensor).data.subarray(0, 3 * 32 * 32);
  expect(await encodePng(toPixels(tensor(first, [1, 3, 32, 32])))).toEqual(result.png);
  // Between two frames it may be cancelled.
  expect(events.filter((event) => event.type === "stage" && event.stage === "decoding")).toHaveLength(8);
});

test("guidance in two runs, as short memory makes it, gives the same frames", async () => {
  const wanted = request({ ...base, motion: motion() });
  const [together, apart] = [await paint(studio, wanted), await paint(studio, wanted, {}, 2)];
  expect(apart.result.thrift).toBe("guidance-in-two-runs");
  const [a, b] = [together.trace.get("latents.1")!, apart.trace.get("latents.1")!];
  const largest = Math.max(...(a.data as Float32Array).map(Math.abs));
  (a.data as Float32Array).forEach((value, i) => {
    expect(Math.abs(value - Number(b.data[i]))).toBeLessThan(1e-4 * largest);
  });
});

test("with strength 0.5 frames keep near the picture that they begin with, and all differ", async () => {
  const picture = await encodePng(testPicture(32, 32));
  const wanted = request({ ...base, motion: motion(), image: "picture", strength: 0.5, steps: 4 });
  const { trace } = await paint(studio, wanted, { picture });
  const frames = framesOf(trace.get("latents.1") as ReturnType<typeof tensor>);
  expect(frames).toHaveLength(8);
  expect(new Set(frames.map(({ data }) => data.join())).size).toBe(8);
});

test("a control picture holds every frame, and all frames are counted where memory is limited", async () => {
  const picture = await encodePng(testPicture(32, 32));
  const control = { image: "picture", model: "t2i", weight: 1, start: 0, end: 1, mode: "balanced" } as const;
  const [free, held] = [
    await paint(studio, request({ ...base, motion: motion() })),
    await paint(studio, request({ ...base, motion: motion(), controls: [control] }), { picture }),
  ];
  const framesIn = ({ trace }: typeof free) => framesOf(trace.get("latents.1") as Tensor);
  framesIn(free).forEach((frame, f) => {
    expect(frame.data).not.toEqual(framesIn(held)[f]!.data);
  });
  const model = (await studio.openModel("sd1")) as UNetModel;
  const need = (more: object) => {
    const shape = { batch: 1, height: 16, width: 16, ...more };
    const { dialect } = studio.device;
    const graph = stableDiffusion.denoiserGraph(model, new Weights(model.denoiser.weights), shape, { dialect });
    return studio.sessions.needOf(graph);
  };
  const module = studio.openMotionModule("v2");
  const [one, eight, sixteen] = [need({}), ...[8, 16].map((frames) => need({ motion: { module, frames } }))];
  expect(eight!).toBeGreaterThan(2 * one!);
  expect(sixteen! - eight!).toBeGreaterThan(0.8 * (eight! - one!));
});

test("what cannot move says so by name", async () => {
  const refusal = (fields: object) => messageOf(() => paint(studio, request({ ...base, ...fields })));
  expect(await refusal({ model: "sd2", motion: motion() })).toMatch(
    /A model of Stable Diffusion 2\.x has no motion modules/,
  );
  expect(await refusal({ model: "inpaint", motion: motion() })).toMatch(/Models for inpainting .* cannot move/);
  expect(await refusal({ motion: motion({ model: "v1", frames: 25 }) })).toMatch(/draws 24 frames at most/);
  expect(await refusal({ motion: motion({ model: "unet" }) })).toMatch(
    /is the UNet of a model .*, not a motion module/,
  );
  const asked = { model: "a", prompt: "b", seed: 1 };
  const parsed = (fields: object) => messageOf(() => parseRequest({ ...asked, ...fields }));
  expect(await parsed({ motion: { model: "m", frames: 7 } })).toMatch(/`motion.frames` must be at least 8/);
  expect(await parsed({ motion: { model: "m" }, image: "i", mask: "k" })).toMatch(
    /`motion` cannot be used with `mask`/,
  );
  expect(parseRequest({ ...asked, motion: { model: "m" } }).motion).toEqual({
    ...{ model: "m", frames: 16, frameRate: 8, loop: "ping-pong" },
  });
});

test("a ring is turned far at each evaluation, and brings every frame to every place once", () => {
  for (let frames = 8; frames <= 32; frames++) {
    const turns = Array.from({ length: frames }, (_, i) => turnAt(i, frames));
    expect(new Set(turns).size).toBe(frames);
    expect(strideOf(frames)).toBeGreaterThanOrEqual(frames / 2 - 2);
    expect(strideOf(frames)).toBeLessThan(frames / 2);
  }
});

test("a ping-pong shows neither end twice", () => {
  expect(shown([1, 2, 3, 4], "ping-pong")).toEqual([1, 2, 3, 4, 3, 2]);
  expect(shown([1, 2, 3, 4], "ring")).toEqual([1, 2, 3, 4]);
});

test("frames lie in the batch as they lie in the latent", () => {
  const latent = tensor(
    Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => i),
    [1, 2, 3, 2, 2],
  );
  expect(byChannel(byFrame(latent))).toEqual(latent);
  expect([...frameAt(latent, 1).data]).toEqual([4, 5, 6, 7, 16, 17, 18, 19]);
  expect([...turned(byFrame(latent), 1).data.slice(0, 8)]).toEqual([...frameAt(latent, 1).data]);
  expect(turned(turned(byFrame(latent), 1), 2)).toEqual(byFrame(latent));
});

/** A new family is one file of data and stages: toy-family.ts beside this, which no file of the pipeline knows of. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { safetensorsBytes } from "../../companion/checkpoint/files/write-safetensors.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { FAMILIES } from "../../companion/pipeline/families.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { paint, request } from "./studio-for-tests.ts";
import { type ToyConfig, toyFamily } from "./toy-family.ts";

const CONFIG: ToyConfig = { channels: 16, width: 24, heads: 2, layers: 2, vocabulary: 64 };
const folder = path.join(temporaryFolder(), "toy");
const families = [...FAMILIES, toyFamily];

function writeToy(): void {
  const { randn } = createGenerator(5);
  const random = (...dims: number[]): Tensor => {
    const scale = 1 / Math.sqrt(dims.at(-1)!);
    const { data } = randn(dims);
    return tensor(
      data.map((value) => value * scale),
      dims,
    );
  };
  const { channels, width, layers, vocabulary } = CONFIG;
  const tensors = new Map<string, Tensor>();
  const linear = (name: string, from: number, to: number) =>
    tensors.set(`${name}.weight`, random(to, from)).set(`${name}.bias`, random(to));
  const norm = (name: string) =>
    tensors.set(`${name}.weight`, tensor(new Float32Array(width).fill(1), [width])).set(`${name}.bias`, random(width));
  linear("time", 1, width);
  linear("embed", channels, width);
  for (let i = 0; i < layers; i++) {
    for (const name of ["q", "k", "v", "o"]) linear(`layers.${i}.${name}`, width, width);
    linear(`layers.${i}.up`, width, 2 * width);
    linear(`layers.${i}.down`, 2 * width, width);
    for (const name of ["norm1", "norm2"]) norm(`layers.${i}.${name}`);
  }
  norm("norm");
  linear("out", width, channels);
  const part = (name: string, config: object, weights: Map<string, Tensor>) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, "config.json"), JSON.stringify(config));
    writeFileSync(path.join(folder, name, "model.safetensors"), safetensorsBytes(weights));
  };
  part("transformer", CONFIG, tensors);
  part("text_encoder", {}, new Map([["table.weight", random(vocabulary, width)]]));
  cpSync(path.join(__dirname, "../fixtures/parity/models/sd1/vae"), path.join(folder, "vae"), { recursive: true });
  mkdirSync(path.join(folder, "scheduler"));
  const schedule = {
    ...{ _class_name: "FlowMatchEulerDiscreteScheduler", use_dynamic_shifting: true },
    ...{ base_shift: 0.5, max_shift: 1.15, base_image_seq_len: 16, max_image_seq_len: 4096 },
  };
  writeFileSync(path.join(folder, "scheduler/scheduler_config.json"), JSON.stringify(schedule));
  writeFileSync(path.join(folder, "model_index.json"), JSON.stringify({ _class_name: "ToyPipeline" }));
}

const picture = (width: number, height: number, wave: number) =>
  encodePng({
    ...{ width, height },
    data: Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : 128 + 127 * Math.sin(i / wave),
    ),
  });

const maskOf = (width: number, height: number) =>
  encodePng({
    ...{ width, height },
    data: Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 || Math.floor(i / 4) % width >= width / 2 ? 255 : 0,
    ),
  });

const studio = openStudio({ device: cpuDevice(), library: { resolve: () => folder }, families, names: "paths" });
const draw = async (fields: Partial<GenerateRequest>, images: Record<string, Uint8Array> = {}) =>
  paint(studio, request({ model: "toy", steps: 3, width: 64, height: 64, guidanceScale: 3, ...fields }), images);
const openTransformers = () => studio.sessions.list().filter(({ key }) => key.includes("/toy-transformer"));

beforeAll(writeToy);
afterAll(() => studio.close());

test("text to image, the same for the same request, of two sizes, by one session", async () => {
  const first = await draw({});
  expect(first.result).toMatchObject({ width: 64, height: 64, tokens: 9, chunks: 1 });
  const [opened] = openTransformers();
  const wide = await draw({ width: 96, height: 40 });
  expect(wide.result).toMatchObject({ width: 96, height: 40 });
  expect(wide.trace.get("latents.2")!.dims).toEqual([1, 16, 5, 12]);
  expect((await draw({})).result.png).toEqual(first.result.png);
  expect((await draw({ prompt: "green pear" })).result.png).not.toEqual(first.result.png);
  expect(openTransformers().map(({ key }) => key)).toEqual([opened!.key]);
});

test("two references are attended to, by the session that serves none", async () => {
  const [one, two] = [await picture(64, 48, 9), await picture(40, 40, 31)];
  const references = ["one", "two"].map((image) => ({ image, weight: 1, start: 0, end: 1 }));
  const none = await draw({});
  const both = await draw({ references }, { one, two });
  const other = await draw({ references }, { one, two: one });
  const silent = await draw({ references: references.map((reference) => ({ ...reference, weight: 0 })) }, { one, two });
  expect(both.result.png).not.toEqual(none.result.png);
  expect(both.result.png).not.toEqual(other.result.png);
  expect(silent.result.png).toEqual(none.result.png);
  // Only the picture's own places are stepped.
  expect(both.trace.get("latents.2")!.dims).toEqual(none.trace.get("latents.2")!.dims);
  expect(openTransformers()).toHaveLength(1);
});

test("image to image begins with the picture, and less strength stays nearer to it", async () => {
  const source = await picture(64, 64, 17);
  const latents = async (strength: number) => (await draw({ image: "source", strength, steps: 10 }, { source })).trace;
  const [weak, strong] = [await latents(0.2), await latents(0.9)];
  const steps = (trace: typeof weak) => [...trace.keys()].filter((key) => key.startsWith("latents.")).length;
  // As pipelines for flow matching count: 10 − ⌊10 − 10 · strength⌋.
  expect([steps(weak), steps(strong)]).toEqual([2, 9]);
  const seen = await decodeImage(source);
  const off = (trace: typeof weak) => {
    const { data } = trace.get("image") as Tensor;
    return data.reduce((sum, value, i) => {
      const [c, at] = [Math.floor(i / 4096), i % 4096];
      return sum + Math.abs(value - seen.data[at * 4 + c]! / 255);
    }, 0);
  };
  expect(off(weak)).toBeLessThan(off(strong));
});

test("a mask changes its part alone", async () => {
  const [source, mask] = [await picture(64, 64, 17), await maskOf(64, 64)];
  const { result, trace } = await draw({ image: "source", mask: "mask", strength: 1 }, { source, mask });
  const [made, before] = [await decodeImage(result.png), await decodeImage(source)];
  const changed = (from: number, to: number) =>
    Array.from({ length: 4096 }, (_, i) => i).filter(
      (i) => i % 64 >= from && i % 64 < to && [0, 1, 2].some((c) => made.data[i * 4 + c] !== before.data[i * 4 + c]),
    ).length;
  expect(changed(0, 32)).toBe(0);
  expect(changed(32, 64)).toBeGreaterThan(1000);
  expect(trace.get("latents.2")!.dims).toEqual([1, 16, 8, 8]);
});

test("weights of few bits come with the family's builder", async () => {
  const exact = await draw({});
  const { result } = await draw({ quantize: 8 });
  expect(result.weightBits).toBe(8);
  expect(result.png).not.toEqual(exact.result.png);
});

test.each([
  [{ loras: [{ model: "x", weight: 1 }] }, "LoRAs: leave out `loras`"],
  [{ clipSkip: 1 }, "skipped layers of its text encoder: leave out `clipSkip`"],
  [{ prompt2: "more" }, "second prompt: leave out `prompt2` and `negativePrompt2`"],
  [{ promptSyntax: "a1111" }, "A1111's prompt syntax: leave out `promptSyntax`"],
] as const)("what the family does not take is refused by name: %j", async (fields, words) => {
  await expect(draw(fields)).rejects.toMatchObject({
    code: "request-invalid",
    message: `A model of the toy family takes no ${words}.`,
  });
});

test("settings of adapters, and the family's folder where it is not registered, are refused by name", async () => {
  const reference = { image: "one", weight: 0.5, start: 0, end: 1 };
  await expect(draw({ references: [reference] }, { one: await picture(64, 64, 9) })).rejects.toMatchObject({
    code: "request-invalid",
    message: "This model sees references whole and all the time: leave out the reference's `weight`.",
  });
  await expect(draw({ scheduler: { name: "ddim" } })).rejects.toMatchObject({ code: "scheduler-unsupported" });
  const plain = openStudio({ device: cpuDevice(), library: { resolve: () => folder }, names: "paths" });
  await expect(plain.openModel("toy")).rejects.toMatchObject({ code: "model-unsupported" });
});

test("the latent's elements are packed and unpacked", async () => {
  const model = await studio.openModel("toy");
  const space = studio.familyOf(model).latentSpace(model);
  const dims = [1, 4, 6, 4];
  const latent = tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => i),
    dims,
  );
  const packed = space.normalise(latent);
  expect(packed.dims).toEqual([1, 16, 3, 2]);
  // Channel 4 · c + 2 · dy + dx.
  const scale = Math.fround(0.18215);
  expect(packed.data[(4 * 2 + 2 * 1 + 1) * 6]! / scale).toBeCloseTo(2 * 24 + 4 + 1, 4);
  const back = space.denormalise(packed);
  expect(back.dims).toEqual(dims);
  expect(Math.max(...back.data.map((value, i) => Math.abs(value - latent.data[i]!)))).toBeLessThan(1e-4);
});

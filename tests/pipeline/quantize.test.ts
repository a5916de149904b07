import { openModel } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import type { Quantizer } from "../../companion/graph/graph.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { unetGraph } from "../../companion/networks/unet.ts";
import { prepareJob } from "../../companion/pipeline/job.ts";
import { quantizerOf } from "../../companion/pipeline/quantize.ts";
import { openStudio } from "../../companion/pipeline/studio.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import type { Tensor } from "../../companion/tensor.ts";
import { runGraph } from "../networks/fixture.ts";
import { paint, request, STARTER } from "./studio-for-tests.ts";

/** Measured: 0.18 % and 4.0 %. */
test.each([
  [8, 0.005],
  [4, 0.08],
] as const)("quantizerOf() keeps a step of a UNet near the exact one, with %d bits", async (bits, bound) => {
  const { unet } = await openModel(STARTER);
  const shape = { batch: 1, height: 8, width: 8, tokens: 77 };
  const step = async (quantizer?: Quantizer) => {
    const graph = unetGraph(unet.config, new Weights(unet.weights), shape, { dialect: DIALECTS.cpu, quantizer });
    const { randn } = createGenerator(1);
    const feeds = Object.fromEntries(graph.inputs.map(({ name, dims }) => [name, randn(dims)]));
    return (await runGraph(graph, feeds)).out as Tensor;
  };
  const [exact, found] = [await step(), await step(quantizerOf(bits))];
  const loss = Math.hypot(...found.data.map((value, i) => value - exact.data[i]!)) / Math.hypot(...exact.data);
  expect(loss).toBeGreaterThan(0);
  expect(loss).toBeLessThan(bound);
});

const studioWithin = (memoryLimit?: number) =>
  openStudio({ device: cpuDevice(), library: { resolve: () => STARTER }, ...(memoryLimit && { memoryLimit }) });

test("prepareJob() narrows weights where the request says so, or the memory limit demands it", async () => {
  const bitsOf = async (memoryLimit?: number, fields = {}) =>
    (await prepareJob(request(fields), new Map(), studioWithin(memoryLimit))).weightBits;
  expect(await bitsOf()).toBeUndefined();
  expect(await bitsOf(2 ** 34)).toBeUndefined();
  expect(await bitsOf(1)).toBe(4);
  expect(await bitsOf(undefined, { quantize: 8 })).toBe(8);
});

test("generate() says that weights were narrowed", async () => {
  const studio = studioWithin(1);
  try {
    expect((await paint(studio, request({ steps: 1 }))).result.weightBits).toBe(4);
  } finally {
    await studio.close();
  }
});

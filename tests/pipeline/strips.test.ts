import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import type { KlVaeConfig } from "../../companion/networks/configs.ts";
import { vaeDecoderGraph, vaeDecoderStages, vaeEncoderGraph, vaeEncoderStages } from "../../companion/networks/vae.ts";
import { createSessions } from "../../companion/pipeline/sessions.ts";
import { createSums } from "../../companion/pipeline/strip-moments.ts";
import { runInStages } from "../../companion/pipeline/strips.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { configOf, runGraph, weightsOf } from "../networks/fixture.ts";

const NAME = "vae-kl";
const config = parseVaeConfig(configOf(NAME)) as KlVaeConfig;
const dialect = DIALECTS.cpu;

async function inStages(stages: ReturnType<typeof vaeDecoderStages>, x: Tensor, budget: number) {
  const sessions = createSessions({ device: cpuDevice(), budget });
  try {
    const result = await runInStages(stages, x, { sessions, dialect, key: "vae" });
    return { result, keys: sessions.list().map(({ key }) => key) };
  } finally {
    await sessions.close();
  }
}

/** The largest difference, as a share of the largest value. */
function difference(found: Tensor, wanted: Tensor): number {
  expect(found.dims).toEqual(wanted.dims);
  const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted.data[i]!)), 0) / largest;
}

const whole = async (graph: Graph, feeds: Record<string, Tensor>) =>
  Object.values(await runGraph(graph, feeds))[0] as Tensor;

/** 1 byte: every stage in the smallest strips. 1 GB: no stage in strips. */
test.each([1, 2 ** 30])("runInStages() decodes as the whole decoder does, in %d bytes", async (budget) => {
  const latent = createGenerator(1).randn([1, config.latent_channels, 37, 6]);
  const { result } = await inStages(vaeDecoderStages(config, weightsOf(NAME)), latent, budget);
  const shape = { batch: 1, height: 37, width: 6 };
  expect(
    difference(result, await whole(vaeDecoderGraph(config, weightsOf(NAME), shape, dialect), { latent })),
  ).toBeLessThan(1e-5);
});

test.each([1, 2 ** 30])("runInStages() encodes as the whole encoder does, in %d bytes", async (budget) => {
  const factor = 2 ** (config.block_out_channels.length - 1);
  const shape = { batch: 1, height: 37 * factor, width: 6 * factor };
  const sample = createGenerator(2).randn([1, config.in_channels, shape.height, shape.width]);
  const { result } = await inStages(vaeEncoderStages(config, weightsOf(NAME)), sample, budget);
  expect(
    difference(result, await whole(vaeEncoderGraph(config, weightsOf(NAME), shape, dialect), { sample })),
  ).toBeLessThan(1e-5);
});

test("createSums() keeps the variance of values with a large mean", () => {
  const sums = createSums({ path: "norm", groups: 1, eps: 0, of: "input" });
  const part = tensor(
    Float32Array.from({ length: 64 }, (_, i) => 4096 + (i % 2)),
    [1, 1, 8, 8],
  );
  sums.add(part, [0, 4]);
  sums.add(part, [4, 8]);
  const { "shift.norm": shift, "scale.norm": scale } = sums.moments();
  expect([shift!.data[0], scale!.data[0]]).toEqual([-4096.5, 2]);
});

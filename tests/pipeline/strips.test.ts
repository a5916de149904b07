import { readFileSync } from "node:fs";
import path from "node:path";
import { parseCausalVaeConfig } from "../../companion/checkpoint/config/causal-vae-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { renameCausalVae } from "../../companion/checkpoint/parts/causal-vae-keys.ts";
import { openVae } from "../../companion/checkpoint/parts/vae.ts";
import { DIALECTS, tilingDialect } from "../../companion/graph/dialect.ts";
import { fixedDims } from "../../companion/graph/dim.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { decoderGraph, decoderStages, encoderGraph, encoderStages } from "../../companion/networks/autoencoder.ts";
import type { Stage } from "../../companion/networks/stage.ts";
import { createPlane } from "../../companion/pipeline/latent/plane.ts";
import { planStages, runPhases } from "../../companion/pipeline/latent/strips.ts";
import { createSessions } from "../../companion/pipeline/studio/sessions.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { configOf, runGraph, weightsOf } from "../networks/fixture.ts";

const EDGES = {
  "": DIALECTS.cpu,
  ", of pictures that repeat": tilingDialect(DIALECTS.cpu, true).dialect,
};
const dialect = DIALECTS.cpu;

async function inStrips(stages: Stage[], x: Tensor, budget: number, dialect = DIALECTS.cpu) {
  const sessions = createSessions({ device: cpuDevice(), budget });
  try {
    const phases = planStages(stages, x.dims, { budget, dialect });
    return { result: await runPhases(phases, x, { sessions, key: "vae", budget: sessions.budget }), phases };
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

/** The smallest budget in which a plan is possible, doubled: strips are cut then, and what lies between them is on the disk. */
function smallBudget(stages: () => Stage[], dims: readonly number[], dialect = DIALECTS.cpu): number {
  for (let budget = 2 ** 12; ; budget *= 2) {
    try {
      planStages(stages(), dims, { budget, dialect });
      return budget;
    } catch (error) {
      expect(error).toMatchObject({ code: "out-of-memory", message: expect.any(String) });
    }
  }
}

/** Sides that strips don't divide. */
const LATENT = { batch: 1, height: 70, width: 6 };

const CAUSAL = path.resolve(__dirname, "../fixtures/parity/qwen-image-models/qwen-image/vae");
const TINY = path.resolve(__dirname, "../fixtures/parity/models/vaes/tiny");
const TAEF2 = path.resolve(__dirname, "../fixtures/parity/tiny-vae-files/taef2-original.safetensors");
const MODELS = {
  "with attention": () => ({ config: parseVaeConfig(configOf("vae-kl")), weights: weightsOf("vae-kl") }),
  bare: () => ({ config: parseVaeConfig(configOf("vae-bare")), weights: weightsOf("vae-bare") }),
  tiny: () => {
    const { config, weights } = openVae(TINY, { scaling_factor: 1, force_upcast: true });
    return { config, weights: new Weights(weights) };
  },
  "tiny, with norms over the whole": () => {
    const { config, weights } = openVae(TAEF2, { scaling_factor: 1, force_upcast: true });
    return { config, weights: new Weights(weights) };
  },
  "of one frame": () => {
    const config = parseCausalVaeConfig(JSON.parse(readFileSync(path.join(CAUSAL, "config.json"), "utf8")));
    const store = openSafetensors(path.join(CAUSAL, "diffusion_pytorch_model.safetensors"));
    const { refs } = renameCausalVae(refsUnder(store));
    return { config, weights: new Weights(new RenamedStore(store.origin, refs, [store])) };
  },
};

const EACH = Object.entries(MODELS).flatMap(([name, open]) =>
  Object.entries(EDGES).map(([words, dialect]) => [name + words, open, dialect] as const),
);

describe.each(EACH)("%s", (_, open, dialect) => {
  const { config, weights } = open();

  test.each([
    ["in strips", () => smallBudget(() => decoderStages(config, weights), latent.dims, dialect)],
    ["in one piece", () => 2 ** 30],
  ])("runPhases() decodes as the whole decoder does, %s", async (how, budget) => {
    const { result, phases } = await inStrips(decoderStages(config, weights), latent, budget(), dialect);
    expect(Math.max(...phases.map(({ strips }) => strips.length)) > 1).toBe(how === "in strips");
    const wanted = await whole(decoderGraph(config, weights, LATENT, dialect), { latent });
    expect(difference(result, wanted)).toBeLessThan(1e-5);
  });

  test.each([
    ["in strips", () => smallBudget(() => encoderStages(config, weights), sample.dims, dialect)],
    ["in one piece", () => 2 ** 30],
  ])("runPhases() encodes as the whole encoder does, %s", async (how, budget) => {
    const { result, phases } = await inStrips(encoderStages(config, weights), sample, budget(), dialect);
    expect(Math.max(...phases.map(({ strips }) => strips.length)) > 1).toBe(how === "in strips");
    const [, , height, width] = sample.dims as [number, number, number, number];
    const wanted = await whole(encoderGraph(config, weights, { batch: 1, height, width }, dialect), { sample });
    expect(difference(result, wanted)).toBeLessThan(1e-5);
  });

  const latent = createGenerator(1).randn([1, config.latent_channels, LATENT.height, LATENT.width]);
  const factor = 2 ** (config.block_out_channels.length - 1);
  const sample = createGenerator(2).randn([1, config.in_channels, LATENT.height * factor, LATENT.width * factor]);
});

test("planStages() needs no more for a strip than three eighths of the budget, and refuses what has no room", () => {
  const config = parseVaeConfig(configOf("vae-kl"));
  const stages = () => decoderStages(config, weightsOf("vae-kl"));
  const dims = [1, config.latent_channels, 512, 64];
  const budget = smallBudget(stages, dims);
  for (const { build } of planStages(stages(), dims, { budget, dialect })) {
    const graph = build();
    const { weights, activations } = estimateMemory(graph);
    expect(weights + activations).toBeLessThanOrEqual((budget * 3) / 8);
    expect(elementCount(fixedDims(graph.outputs[0]!.dims)) * 4).toBeLessThan((budget * 3) / 8);
  }
  expect(() => planStages(stages(), dims, { budget: 1, dialect })).toThrow(
    expect.objectContaining({ code: "out-of-memory", message: expect.stringMatching(/needs \d\.\d\d GiB/) }),
  );
});

test.each(["in-memory", "on-disk"] as const)("createPlane() gives rows as they were written, %s", (kept) => {
  const plane = createPlane([1, 2, 5, 3], kept);
  const part = createGenerator(3).randn([1, 2, 4, 3]);
  try {
    plane.write(0, part, [0, 2]);
    plane.write(2, part, [1, 4]);
    const row = (c: number, i: number) => [...part.data.subarray((c * 4 + i) * 3, (c * 4 + i + 1) * 3)];
    expect(plane.read([1, 3])).toEqual(
      tensor(Float32Array.from([...row(0, 1), ...row(0, 1), ...row(1, 1), ...row(1, 1)]), [1, 2, 2, 3]),
    );
  } finally {
    plane.remove();
  }
});

test("createPlane() gives rows beyond its edges as those of the opposite one", () => {
  const plane = createPlane([1, 1, 3, 1], "on-disk");
  try {
    plane.write(0, tensor(Float32Array.from([1, 2, 3]), [1, 1, 3, 1]), [0, 3]);
    expect([...plane.read([-2, 5]).data]).toEqual([2, 3, 1, 2, 3, 1, 2]);
  } finally {
    plane.remove();
  }
});

test("moments() keeps the variance of values with a large mean, over channels that differ", () => {
  const plane = createPlane([1, 4, 8, 8], "in-memory");
  const level = [4096, 4098, -1, 1];
  const data = Float32Array.from({ length: 256 }, (_, i) => level[i >> 6]! + (i % 2));
  plane.write(0, tensor(data, [1, 4, 8, 8]), [0, 4]);
  plane.write(4, tensor(data, [1, 4, 8, 8]), [4, 8]);
  const { shift, scale } = plane.moments(2, 0);
  expect([...shift.data]).toEqual([-4097.5, -0.5]);
  for (const value of scale.data) expect(value).toBeCloseTo(1 / Math.sqrt(1.25), 6);
});

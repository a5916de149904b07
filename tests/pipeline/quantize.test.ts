import { readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requireUNet } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { fixedDims } from "../../companion/graph/dim.ts";
import type { Quantizer } from "../../companion/graph/graph.ts";
import type { Bits } from "../../companion/graph/quantize.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { unetGraph } from "../../companion/networks/unet.ts";
import { planNarrow } from "../../companion/opening/plan-narrow.ts";
import { denoiserNetwork } from "../../companion/pipeline/denoiser/denoiser-network.ts";
import { stableDiffusion as family } from "../../companion/pipeline/families/stable-diffusion.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { prepareJob } from "../../companion/pipeline/prepare.ts";
import { narrowCap, narrowWeights } from "../../companion/pipeline/weights/narrow.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import type { Tensor } from "../../companion/tensor.ts";
import { openUNet } from "../checkpoint/open-unet.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { runGraph } from "../networks/fixture.ts";
import { paint, request, STARTER } from "./studio-for-tests.ts";

const folder = temporaryFolder();
const dialect = DIALECTS.cpu;

/** Measured, of a model with latents of 8 × 8: 0.55 % and 3.5 %, some of it from the 8 bits of convolutions. */
test.each([
  [8, 0.012],
  [4, 0.06],
] as const)("narrowWeights() keeps a step of a UNet near the exact one, with %d bits", async (bits, bound) => {
  const model = await openUNet(STARTER);
  const { config, weights } = model.denoiser;
  const network = denoiserNetwork({ model, family });
  const shape = { batch: 1, height: 8, width: 8, tokens: 77 };
  const step = async (quantizer?: Quantizer) => {
    const graph = unetGraph(config, new Weights(weights), shape, { dialect, ...(quantizer && { quantizer }) });
    const { randn } = createGenerator(1);
    const feeds = Object.fromEntries(graph.inputs.map(({ name, dims }) => [name, randn(fixedDims(dims))]));
    return (await runGraph(graph, feeds)).out as Tensor;
  };
  const [exact, found] = [await step(), await step(await narrowWeights(network, bits, folder))];
  const loss = Math.hypot(...found.data.map((value, i) => value - exact.data[i]!)) / Math.hypot(...exact.data);
  expect(loss).toBeGreaterThan(0);
  expect(loss).toBeLessThan(bound);
});

test("narrowWeights() writes its file once, again where it is not whole, and removes what was left unfinished", async () => {
  const network = denoiserNetwork({ model: await openUNet(STARTER), family });
  const own = path.join(folder, "once");
  await narrowWeights(network, 4, own);
  const [name] = readdirSync(own) as [string];
  const file = path.join(own, name);
  const { size } = statSync(file);
  expect(size).toBe(planNarrow(network, 4, file).bytes);
  utimesSync(file, 1, 1);
  await narrowWeights(network, 4, own);
  expect(statSync(file).mtimeMs).toBeGreaterThan(1000);
  const { ino } = statSync(file);
  truncateSync(file, size - 1);
  writeFileSync(`${file}.1`, "unfinished");
  await narrowWeights(network, 4, own);
  expect(readdirSync(own)).toEqual([name]);
  expect(statSync(file).size).toBe(size);
  expect(statSync(file).ino).not.toBe(ino);
});

const studioWithin = (memoryLimit?: number) =>
  openStudio({ device: cpuDevice(), library: { resolve: () => STARTER }, ...(memoryLimit && { memoryLimit }) });

test("narrow weights may take a fourth of the disk, and never so little that parts of a model take each other's place", () => {
  const GB = 2 ** 30;
  expect(narrowCap(200 * GB, 0)).toBe(50 * GB);
  expect(narrowCap(150 * GB, 50 * GB)).toBe(50 * GB);
  expect(narrowCap(10 * GB, 2 * GB)).toBe(12 * GB);
  expect(narrowCap(2000 * GB, 0)).toBe(96 * GB);
});

test("prepareJob() runs the denoiser in two and narrows weights where the memory limit demands it, and refuses what has no room", async () => {
  const bitsOf = async (memoryLimit?: number, fields = {}) => {
    const { format, rung } = await prepareJob(request(fields), new Map(), studioWithin(memoryLimit));
    return format ?? rung.runs;
  };
  const studio = studioWithin();
  const model = requireUNet(await studio.openModel("starter"));
  const { config, weights } = model.denoiser;
  const needs = (bits?: Bits, batch = 1) => {
    const quantizer = bits && planNarrow(denoiserNetwork({ model, family }), bits, "/planned").quantizer;
    const shape = { batch, height: 8, width: 8, tokens: 77 };
    return studio.sessions.needOf(
      unetGraph(config, new Weights(weights), shape, { dialect, ...(quantizer && { quantizer }) }),
    );
  };
  expect(await bitsOf()).toBe("together");
  expect(await bitsOf(needs(undefined, 2))).toBe("together");
  expect(await bitsOf(needs(undefined, 2) - 1)).toBe("one-by-one");
  expect(await bitsOf(needs())).toBe("one-by-one");
  expect(await bitsOf(needs() - 1)).toBe(8);
  expect(await bitsOf(needs(8) - 1)).toBe(4);
  await expect(bitsOf(needs(4) - 1)).rejects.toMatchObject({ code: "out-of-memory" });
  expect(await bitsOf(undefined, { quantize: 8 })).toBe(8);
});

test("generate() says what the denoiser takes of a limited memory, before it is opened", async () => {
  const studio = studioWithin(2 ** 30);
  const { events } = await paint(studio, request({ steps: 1 }));
  await studio.close();
  const [said] = events.filter((event) => event.type === "stage" && event.stage === "encoding");
  expect(said).toMatchObject({ memory: { of: 2 ** 30, need: expect.any(Number) } });
});

test("generate() says that weights were narrowed, and the studio removes them", async () => {
  const studio = studioWithin();
  const { result } = await paint(studio, request({ steps: 1, quantize: 4 }));
  expect(result.weightBits).toBe(4);
  const kept = studio.narrowFolder();
  expect(readdirSync(kept)).toHaveLength(1);
  await studio.close();
  expect(() => statSync(kept)).toThrow();
});

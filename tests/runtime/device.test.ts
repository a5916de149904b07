import { mkdirSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { DIALECTS, type Dialect, PLAIN } from "../../companion/graph/dialect.ts";
import { chooseDevice, cpuDevice } from "../../companion/runtime/device.ts";
import { probeInChild } from "../../companion/runtime/probe.ts";
import { fastest, selfTest } from "../../companion/runtime/self-test.ts";
import { bundledProviders } from "../../companion/runtime/session.ts";

const root = path.resolve(__dirname, "../..");

beforeAll(() => {
  mkdirSync(path.join(root, "dist/companion"), { recursive: true });
  buildSync({
    entryPoints: [path.join(root, "companion/runtime/probe-child.ts")],
    outfile: path.join(root, "dist/companion/probe.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
});

test("selfTest() finds the processor right", async () => {
  expect(await selfTest(DIALECTS.cpu)).toMatchObject({ outcome: "passed", float: "float32", attention: "fused" });
});

const CUDA_WAYS = { groupNorms: "fused", channelsLast: "always" } as const;

test("selfTest() does without what a provider has no kernels for", async () => {
  expect(await selfTest({ ...DIALECTS.cpu, ...CUDA_WAYS })).toMatchObject({ outcome: "passed", ...PLAIN });
});

test("of ways that are right the faster counts, by the time that a residual block takes", async () => {
  const [cards, plain] = [DIALECTS.cuda, { ...DIALECTS.cuda, ...PLAIN }];
  const times = (ofCards: number) => (dialect: Dialect) =>
    Promise.resolve(dialect.channelsLast === "always" ? ofCards : 2);
  expect(await fastest([cards, plain], times(1))).toBe(cards);
  expect(await fastest([cards, plain], times(3))).toBe(plain);
  const other = { ...DIALECTS.cpu };
  expect([DIALECTS.cpu, other]).toContain(await fastest([DIALECTS.cpu, other]));
});

test("a self-test that dies is run once more with what every provider has, where it tried something else", async () => {
  const printed = { outcome: "failed", reason: "It has no driver." } as const;
  const runs: (readonly string[])[] = [];
  const dying = (times: number) => (args: readonly string[]) => {
    runs.push(args);
    return Promise.resolve(runs.length <= times ? { died: "Its self-test ended by SIGSEGV." } : { printed });
  };
  expect(await probeInChild("cuda", dying(1))).toEqual(printed);
  expect(runs.splice(0)).toEqual([["cuda"], ["cuda", "plain"]]);
  expect(await probeInChild("dml", dying(2))).toEqual({ outcome: "failed", reason: "Its self-test ended by SIGSEGV." });
  expect(runs.splice(0)).toEqual([["dml"], ["dml", "plain"]]);
  expect(await probeInChild("webgpu", dying(1))).toMatchObject({ outcome: "failed" });
  expect(runs).toEqual([["webgpu"]]);
});

test("chooseDevice() takes the processor when asked, without a test", async () => {
  expect(await chooseDevice("cpu")).toEqual(cpuDevice());
});

test("chooseDevice() refuses a provider that does not exist, naming those that do", async () => {
  await expect(chooseDevice("tpu")).rejects.toMatchObject({
    code: "provider-unavailable",
    message: expect.stringContaining("cuda, webgpu, dml, cpu"),
  });
});

test("chooseDevice() never falls to the processor in silence", async () => {
  const { info } = await chooseDevice("");
  const before = ["cuda", "webgpu", "dml"].filter((name) => bundledProviders().includes(name));
  const tried = info.provider === "cpu" ? before : before.slice(0, before.indexOf(info.provider));
  expect(info.passedOver.map(({ provider }) => provider)).toEqual(tried);
  for (const { reason } of info.passedOver) expect(reason.length).toBeGreaterThan(10);
});

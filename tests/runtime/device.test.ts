import { mkdirSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { chooseDevice, cpuDevice } from "../../companion/runtime/device.ts";
import { selfTest } from "../../companion/runtime/self-test.ts";
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

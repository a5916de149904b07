import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { symbol } from "../../companion/graph/dim.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { linearNoBias } from "../../companion/graph/layers.ts";
import { add } from "../../companion/graph/ops.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { memoryBounds } from "../../companion/pipeline/studio/create-studio.ts";
import { createSessions } from "../../companion/pipeline/studio/sessions.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { machineMemory } from "../../companion/runtime/machine-memory.ts";
import { tensor } from "../../companion/tensor.ts";

const device = cpuDevice();

/** y = x + 1, whose constant and values take about 4 MB each for a million of them. */
function plusOne(count = 250_000): Graph {
  const op = new Graph({ dialect: device.dialect });
  const x = op.input("x", { type: "float32", dims: [count] });
  op.output("y", add(op, x, op.constant(tensor(new Float32Array(count).fill(1), [count]))));
  return op;
}
const ones = tensor(new Float32Array(250_000).fill(1), [250_000]);

test("lease() opens once, runs, and keeps the session for the next lease", async () => {
  const sessions = createSessions({ device, budget: 1e9 });
  let built = 0;
  const build = () => {
    built++;
    return plusOne();
  };
  for (let i = 0; i < 2; i++) {
    const { y } = await sessions.use("a", build, (run) => run({ x: ones }));
    expect(y!.data[7]).toBe(2);
  }
  expect(built).toBe(1);
  expect(sessions.spent.running).toBeGreaterThan(0);
  await sessions.close();
  expect(sessions.list()).toEqual([]);
});

test("the smallest goes first when the budget is full, the older of equals, and what is leased stays", async () => {
  const probe = createSessions({ device, budget: 1e9 });
  await probe.use(
    "one",
    () => plusOne(),
    async () => {},
  );
  const { bytes } = probe.list()[0]!;
  await probe.close();

  // Room for the large one and two more; what a run takes on top counts once.
  const sessions = createSessions({ device, budget: 3.2 * bytes });
  const keys = () => sessions.list().map(({ key }) => key);
  const use = (key: string, count?: number) =>
    sessions.use(
      key,
      () => plusOne(count),
      async () => {},
    );
  await use("large", 500_000);
  await use("a");
  await use("b");
  await use("a");
  await use("c");
  expect(keys()).toEqual(["a", "c", "large"]);

  const lease = await sessions.lease("a", () => plusOne());
  await use("d");
  expect(keys().sort()).toEqual(["a", "d", "large"]);
  lease.release();
  lease.release();
  expect(sessions.list().every(({ leases }) => leases === 0)).toBe(true);
  await sessions.close();
});

test("hold() closes sessions for something else, until it is given back", async () => {
  const sessions = createSessions({ device, budget: 5e6 });
  const use = (key: string) =>
    sessions.use(
      key,
      () => plusOne(),
      async () => {},
    );
  await use("a");
  const release = await sessions.hold(4e6);
  expect(sessions.list()).toEqual([]);
  await use("b");
  await use("c");
  expect(sessions.list().map(({ key }) => key)).toEqual(["c"]);
  release();
  release();
  await sessions.close();
});

test("a session larger than the budget is opened alone", async () => {
  const sessions = createSessions({ device, budget: 1 });
  for (const key of ["a", "b"])
    await sessions.use(
      key,
      () => plusOne(),
      async () => {},
    );
  expect(sessions.list().map(({ key }) => key)).toEqual(["b"]);
  await sessions.close();
});

test("use() gives back where its body throws", async () => {
  const sessions = createSessions({ device, budget: 1e9 });
  await expect(
    sessions.use(
      "a",
      () => plusOne(),
      async () => {
        throw new Error("in the middle");
      },
    ),
  ).rejects.toThrow("in the middle");
  expect(sessions.list()[0]!.leases).toBe(0);
  await sessions.close();
});

test("close(prefix) closes one model's sessions", async () => {
  const sessions = createSessions({ device, budget: 1e9 });
  for (const key of ["one/unet", "one/vae", "two/unet"])
    await sessions.use(
      key,
      () => plusOne(),
      async () => {},
    );
  await sessions.close("one/");
  expect(sessions.list().map(({ key }) => key)).toEqual(["two/unet"]);
  await sessions.close();
});

test("weights that several sizes map from one file count once, and those of another file by themselves", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sessions-"));
  const dims = [10_000, 8192];
  const bytes = 4 * dims[0]! * dims[1]!;
  /** Rows times a matrix of a file of zeros that takes no room on the disk. */
  const rows = (name: string, count: number) => () => {
    const file = path.join(folder, name);
    writeFileSync(file, "");
    truncateSync(file, bytes);
    const matrix = { type: "F32" as const, dims, file, offset: 0, byteLength: bytes };
    const find = (key: string) => (key === "weight" ? { key, ...matrix } : undefined);
    const op = new Graph({ dialect: device.dialect });
    const x = op.input("x", { type: "float32", dims: [count, dims[1]!] });
    const weights = new Weights({ origin: name, find, keys: () => ["weight"] });
    op.output("y", linearNoBias(op, weights, x, dims[0]!));
    return op;
  };
  const sessions = createSessions({ device, budget: 1.5 * bytes });
  const use = (name: string, count: number) => sessions.use(`${name}/${count}`, rows(name, count), async () => {});
  for (const count of [1, 2, 3]) await use("a", count);
  expect(sessions.list().map(({ key }) => key)).toEqual(["a/1", "a/2", "a/3"]);
  await use("b", 1);
  expect(sessions.list().map(({ key }) => key)).toEqual(["b/1"]);
  await sessions.close();
  // A large network keeps the memory of its values, about 80 MB here, and so two of them count twice.
  const close = createSessions({ device, budget: bytes + 120e6 });
  for (const count of [1000, 1001]) await close.use(`a/${count}`, rows("a", count), async () => {});
  expect(close.list().map(({ key }) => key)).toEqual(["a/1001"]);
  await close.close();
  // With more room other models stay open beside it, up to there; of what is their own no more than the half.
  const roomy = createSessions({ device, budget: 1, room: 2.5 * bytes });
  for (const name of ["a", "b"]) await roomy.use(`${name}/1`, rows(name, 1), async () => {});
  expect(roomy.list().map(({ key }) => key)).toEqual(["a/1", "b/1"]);
  await roomy.use("c/1", rows("c", 1), async () => {});
  expect(roomy.list().map(({ key }) => key)).toEqual(["b/1", "c/1"]);
  for (const count of [6000, 6001]) await roomy.use(`c/${count}`, rows("c", count), async () => {});
  expect(roomy.list().map(({ key }) => key)).toEqual(["c/6001"]);
  await roomy.close();
  rmSync(folder, { recursive: true });
});

test("what the user allows is for all; otherwise half of the memory is, and 5 GiB of it for one picture, or on a card for all", () => {
  const half = machineMemory().total / 2;
  const budget = Math.min(half, 5 * 2 ** 30);
  expect(memoryBounds(device, 2 ** 32)).toEqual({ budget: 2 ** 32, room: 2 ** 32 });
  expect(memoryBounds(device)).toEqual({ budget, room: half });
  expect(memoryBounds({ info: { provider: "cuda" } })).toEqual({ budget, room: budget });
});

test("use() copies no large weights into a wider type: they are widened in each run, one layer after the other", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sessions-"));
  const [file, width, layers] = [path.join(folder, "half"), 2 ** 13, 5];
  const bytes = 2 * width ** 2;
  writeFileSync(file, "");
  truncateSync(file, layers * bytes);
  const build = () => {
    const op = new Graph({ dialect: device.dialect });
    const find = (key: string) =>
      key.endsWith("weight")
        ? ({
            key,
            type: "F16",
            dims: [width, width],
            file,
            offset: Number.parseInt(key, 10) * bytes,
            byteLength: bytes,
          } as const)
        : undefined;
    const weights = new Weights({ origin: "half", find, keys: () => [] });
    let x = op.input("x", { type: "float32", dims: [1, width] });
    for (let i = 0; i < layers; i++) x = linearNoBias(op, weights.at(`${i}`), x, width);
    op.output("y", x);
    return op;
  };
  const sessions = createSessions({ device, budget: 2 ** 36 });
  // 640 MiB, which would be 1.25 GiB of float32.
  await sessions.use("half", build, async () => {});
  const needed = sessions.list()[0]!.bytes;
  expect(needed).toBeGreaterThan(layers * bytes);
  expect(needed).toBeLessThan((layers + 3) * bytes);
  await sessions.close();
  rmSync(folder, { recursive: true });
});

test("one session serves runs of every size, and makes room for the larger ones", async () => {
  const S = symbol("S");
  const build = () => {
    const op = new Graph({ dialect: device.dialect });
    const x = op.input("x", { type: "float32", dims: [S] });
    op.output("y", add(op, x, op.constant(tensor(Float32Array.of(1), [1]))));
    return op;
  };
  const sessions = createSessions({ device, budget: 14e6 });
  const run = async (length: number) => {
    const lease = await sessions.lease("free", build, { symbols: { S: length } });
    const { y } = await lease.run({ x: tensor(new Float32Array(length).fill(2), [length]) });
    lease.release();
    return [...new Set(y!.data)];
  };
  const keys = () => sessions.list().map(({ key }) => key);
  expect(await run(1000)).toEqual([3]);
  await sessions.use(
    "fixed",
    () => plusOne(),
    async () => {},
  );
  expect(await run(2000)).toEqual([3]);
  expect(keys().sort()).toEqual(["fixed", "free"]);
  // What is open takes more now, and the other one goes.
  expect(await run(1_500_000)).toEqual([3]);
  expect(keys()).toEqual(["free"]);
  await sessions.close();
});

test("twenty sessions stay open, however small: the longest unused are closed", async () => {
  const sessions = createSessions({ device, budget: 1e12 });
  const use = (n: number) =>
    sessions.use(
      `size ${n}`,
      () => plusOne(8),
      async () => {},
    );
  for (let n = 0; n < 19; n++) await use(n);
  await use(0);
  const lease = await sessions.lease("size 1", () => plusOne(8));
  for (let n = 19; n < 38; n++) await use(n);
  const numbers = sessions.list().map(({ key }) => Number(key.slice(5)));
  expect(numbers.sort((a, b) => a - b)).toEqual([1, ...Array.from({ length: 19 }, (_, i) => 19 + i)]);
  lease.release();
  await sessions.close();
});

import { Graph } from "../../companion/graph/graph.ts";
import { add } from "../../companion/graph/ops.ts";
import { createSessions } from "../../companion/pipeline/sessions.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { tensor } from "../../companion/tensor.ts";

const device = cpuDevice();

/** y = x + 1, whose constant and values take about 1 MB each. */
function plusOne(): Graph {
  const op = new Graph({ dialect: device.dialect });
  const dims = [250_000];
  const x = op.input("x", { type: "float32", dims });
  op.output("y", add(op, x, op.constant(tensor(new Float32Array(250_000).fill(1), dims))));
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

test("the least recently used goes first when the budget is full, and what is leased stays", async () => {
  const probe = createSessions({ device, budget: 1e9 });
  await probe.use("a", plusOne, async () => {});
  const { bytes } = probe.list()[0]!;
  await probe.close();

  const sessions = createSessions({ device, budget: 2.5 * bytes });
  const keys = () => sessions.list().map(({ key }) => key);
  await sessions.use("a", plusOne, async () => {});
  await sessions.use("b", plusOne, async () => {});
  await sessions.use("a", plusOne, async () => {});
  await sessions.use("c", plusOne, async () => {});
  expect(keys()).toEqual(["a", "c"]);

  const lease = await sessions.lease("a", plusOne);
  await sessions.use("d", plusOne, async () => {});
  await sessions.use("e", plusOne, async () => {});
  expect(keys()).toEqual(["a", "e"]);
  lease.giveBack();
  lease.giveBack();
  expect(sessions.list()[0]!.leases).toBe(0);
  await sessions.close();
});

test("use() gives back where its body throws", async () => {
  const sessions = createSessions({ device, budget: 1e9 });
  await expect(
    sessions.use("a", plusOne, async () => {
      throw new Error("in the middle");
    }),
  ).rejects.toThrow("in the middle");
  expect(sessions.list()[0]!.leases).toBe(0);
  await sessions.close();
});

test("close(prefix) closes one model's sessions", async () => {
  const sessions = createSessions({ device, budget: 1e9 });
  for (const key of ["one/unet", "one/vae", "two/unet"]) await sessions.use(key, plusOne, async () => {});
  await sessions.close("one/");
  expect(sessions.list().map(({ key }) => key)).toEqual(["two/unet"]);
  await sessions.close();
});

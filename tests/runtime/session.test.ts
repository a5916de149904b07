import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { add, scalar } from "../../companion/graph/ops.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { tensor } from "../../companion/tensor.ts";

const cpu = cpuDevice();

function plusOne(): Graph {
  const op = new Graph({ dialect: DIALECTS.cpu });
  op.output("y", add(op, op.input("x", { type: "float32", dims: [3] }), scalar(op, 1)));
  return op;
}

test("openSession() runs a graph and estimates its memory", async () => {
  const session = await openSession(plusOne(), cpu);
  const { y } = await session.run({ x: tensor(Float32Array.of(1, 2, 3), [3]) });
  expect(y).toEqual({ type: "float32", dims: [3], data: Float32Array.of(2, 3, 4) });
  expect(session.bytes).toBe(4 + 12);
  await session.release();
});

test("openSession().run() refuses wrong dims with the runtime's own words", async () => {
  const session = await openSession(plusOne(), cpu);
  const wrong = session.run({ x: tensor(new Float32Array(4), [4]) });
  await expect(wrong).rejects.toMatchObject({
    code: "internal",
    message: expect.stringMatching(/Cannot run the network: .*x/),
  });
  await session.release();
});

test("openSession() refuses weights that lie past the end of their file", async () => {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const ref: WeightRef = { key: "w", type: "F32", dims: [3], file: __filename, offset: 2 ** 40, byteLength: 12 };
  const weights = new Weights({ origin: "test", find: () => ref, keys: () => ["w"] });
  op.output("y", add(op, op.input("x", { type: "float32", dims: [3] }), op.initializer(weights.get("w", [3]))));
  await expect(openSession(op, cpu)).rejects.toMatchObject({ code: "internal" });
});

test("openSession() refuses weights on several drives by name", async () => {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const at = (file: string): WeightRef => ({ key: file, type: "F32", dims: [3], file, offset: 0, byteLength: 12 });
  const other = { ...at("relative.safetensors"), offset: 4 };
  op.output("y", add(op, op.initializer(at("/a.safetensors")), op.initializer(other)));
  await expect(openSession(op, cpu)).rejects.toMatchObject({ code: "model-unsupported" });
});

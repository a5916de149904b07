import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { stampOf } from "../../companion/graph/file-stamp.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { add, cast, matMul, scalar } from "../../companion/graph/ops.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { changedFile, type MappedFile, onMapped } from "../../companion/runtime/mapped-files.ts";
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
  // See estimateMemory().
  expect(session.bytes).toBe(2 * 4 + Math.ceil(1.2 * 12) + 12);
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

test.each<[string, (file: string) => void]>([
  ["cut short", (file) => truncateSync(file, 4)],
  ["written anew", (file) => copyFileSync(__filename, file)],
  ["removed", (file) => unlinkSync(file)],
])("openSession() and run() refuse a file that was %s since its header was read", async (_, change) => {
  const folder = mkdtempSync(path.join(tmpdir(), "session-"));
  const file = path.join(folder, "w.safetensors");
  copyFileSync(__filename, file);
  const op = new Graph({ dialect: DIALECTS.cpu });
  const stamp = stampOf(statSync(file));
  const ref: WeightRef = { key: "w", type: "F32", dims: [3], file, offset: 0, byteLength: 12, stamp };
  op.output("y", add(op, op.input("x", { type: "float32", dims: [3] }), op.initializer(ref)));
  const mapped: MappedFile[] = [];
  onMapped((files) => mapped.push(...files));
  const session = await openSession(op, cpu);
  const feeds = { x: tensor(new Float32Array(3), [3]) };
  await session.run(feeds);
  // Whoever survives this process can say which of its files it was.
  expect(mapped).toEqual([{ file, stamp }]);
  expect(changedFile(mapped)).toBeUndefined();
  change(file);
  expect(changedFile(mapped)).toBe(file);
  const refused = {
    code: "file-changed",
    message: '"w.safetensors" was changed or removed while it was in use: start the picture again.',
  };
  await expect(session.run(feeds)).rejects.toMatchObject(refused);
  await expect(openSession(op, cpu)).rejects.toMatchObject(refused);
  await session.release();
  rmSync(folder, { recursive: true });
});

/** Bytes of this process beyond the files that it maps. Linux alone tells. */
const ownMemory = () => 1024 * Number(/RssAnon:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]);

// Seen with onnxruntime-node 1.30.0, which otherwise widens all of them before the first layer: findings/onnxruntime-order-of-nodes.sh.
(process.platform === "linux" ? test : test.skip)(
  "weights that are widened in every run are so one layer after the other",
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "session-"));
    const [file, width, layers] = [path.join(folder, "w.safetensors"), 2048, 36];
    const byteLength = 2 * width ** 2;
    writeFileSync(file, "");
    truncateSync(file, layers * byteLength);
    const op = new Graph({ dialect: DIALECTS.cpu });
    let x = op.input("x", { type: "float32", dims: [1, width] });
    for (let i = 0; i < layers; i++) {
      const ref = { key: `${i}`, type: "F16", dims: [width, width], file, offset: i * byteLength, byteLength } as const;
      x = add(op, matMul(op, x, cast(op, op.initializer(ref), "float32")), x);
    }
    op.output("y", x);
    const session = await openSession(op, cpu, { heavyWeights: 0 });
    const before = ownMemory();
    await session.run({ x: tensor(new Float32Array(width), [1, width]) });
    // Two of 16 MiB each, of 36.
    expect(ownMemory() - before).toBeLessThan((layers / 3) * 2 * byteLength);
    await session.release();
    rmSync(folder, { recursive: true });
  },
);

test("openSession() refuses weights on several drives by name", async () => {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const at = (file: string): WeightRef => ({ key: file, type: "F32", dims: [3], file, offset: 0, byteLength: 12 });
  const other = { ...at("relative.safetensors"), offset: 4 };
  op.output("y", add(op, op.initializer(at("/a.safetensors")), op.initializer(other)));
  await expect(openSession(op, cpu)).rejects.toMatchObject({ code: "model-unsupported" });
});

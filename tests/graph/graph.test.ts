import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { embedding, linear, weight } from "../../companion/graph/layers.ts";
import { estimateMemory, mappedWeights } from "../../companion/graph/memory.ts";
import { onnxFile } from "../../companion/graph/onnx-file.ts";
import { add, concat, conv, matMul, mul, reshape, scalar, slice, split, transpose } from "../../companion/graph/ops.ts";
import { readRows } from "../../companion/graph/reading.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { Problem } from "../../shared/problem.ts";

const graph = () => new Graph({ dialect: DIALECTS.cpu });
const float32 = (op: Graph, name: string, dims: readonly number[]) => op.input(name, { type: "float32", dims });

/** Weights of one tensor each, none of which is on disk. */
function weights(tensors: Record<string, readonly number[]>, type: WeightRef["type"] = "F32"): Weights {
  const find = (key: string) =>
    tensors[key] && { key, type, dims: tensors[key], file: "/models/m.safetensors", offset: 8, byteLength: 4 };
  return new Weights({ origin: "m.safetensors", find, keys: () => Object.keys(tensors) });
}

test("operators infer the dims of their results", () => {
  const op = graph();
  const x = float32(op, "x", [2, 3, 4, 5]);
  expect(reshape(op, x, [2, -1, 5]).dims).toEqual([2, 12, 5]);
  expect(transpose(op, x, [0, 2, 3, 1]).dims).toEqual([2, 4, 5, 3]);
  expect(concat(op, [x, x], 1).dims).toEqual([2, 6, 4, 5]);
  expect(slice(op, x, 3, [1, 4]).dims).toEqual([2, 3, 4, 3]);
  expect(split(op, x, 2, 2).map((v) => v.dims)).toEqual([
    [2, 3, 2, 5],
    [2, 3, 2, 5],
  ]);
  expect(add(op, x, float32(op, "b", [3, 1, 1])).dims).toEqual([2, 3, 4, 5]);
  const kernel = float32(op, "k", [7, 3, 3, 3]);
  expect(conv(op, x, kernel, undefined, { stride: 2, padding: [0, 0, 1, 1] }).dims).toEqual([2, 7, 2, 2]);
});

test.each([
  ["float32", "where-given", 2],
  ["float32", "always", 3],
  ["float16", "always", 3],
] as const)("a convolution in %s whose bias is there %s", (float, biases, count) => {
  const op = new Graph({ dialect: { ...DIALECTS.cpu, float, biases } });
  const [x, kernel] = [
    op.input("x", { type: float, dims: [1, 3, 4, 5] }),
    op.input("k", { type: float, dims: [7, 3, 3, 3] }),
  ];
  conv(op, x, kernel, undefined);
  const { inputs } = op.nodes.at(-1)!;
  expect(inputs.filter((input) => input !== undefined).length).toBe(count);
  if (count === 3) expect(inputs[2]).toMatchObject({ type: float, dims: [7] });
});

test("WebGPU's convolutions all have a bias", () => expect(DIALECTS.webgpu.biases).toBe("always"));

test.each([
  ["reshape", (op: Graph) => reshape(op, float32(op, "x", [2, 3]), [4, -1])],
  ["add", (op: Graph) => add(op, float32(op, "x", [2, 3]), float32(op, "y", [2, 4]))],
  ["matMul", (op: Graph) => matMul(op, float32(op, "x", [2, 3]), float32(op, "y", [2, 3]))],
  ["concat", (op: Graph) => concat(op, [float32(op, "x", [2, 3]), float32(op, "y", [3, 2])], 0)],
  ["slice", (op: Graph) => slice(op, float32(op, "x", [2, 3]), 1, [1, 4])],
  ["conv", (op: Graph) => conv(op, float32(op, "x", [1, 3, 4, 4]), float32(op, "k", [2, 4, 3, 3]), undefined)],
])("%s() refuses dims that do not fit, naming the place", (_, build) => {
  const op = graph();
  expect(() => op.scope("down_blocks.0.conv", () => build(op))).toThrow(/^Cannot .*\[.*at "down_blocks\/0\/conv"\.$/);
  expect(() => build(graph())).toThrow(Problem);
});

test("linear() names nodes by the weights' path and initializers by their keys", () => {
  const op = graph();
  const w = weights({ "a.0.proj.weight": [5, 3], "a.0.proj.bias": [5] });
  expect(linear(op, w.at("a.0.proj"), float32(op, "x", [2, 4, 3]), 5).dims).toEqual([2, 4, 5]);
  expect(op.nodes.map(({ name }) => name)).toEqual(["a/0/proj/Reshape", "a/0/proj/Gemm", "a/0/proj/Reshape#1"]);
  expect([...op.initializers.keys()].filter((name) => !name.startsWith("constant/"))).toEqual([
    "a.0.proj.weight",
    "a.0.proj.bias",
  ]);
  expect(w.unused()).toEqual([]);
});

test("linear() lets a branch join by path", () => {
  const gate = (op: Graph) => op.input("gate", { type: "float32", dims: [] });
  const op = new Graph({
    dialect: DIALECTS.cpu,
    branchAt: (path) =>
      path === "proj"
        ? (g, layer) =>
            layer.kind === "norm"
              ? g.fail("No norm is here")
              : add(g, mul(g, slice(g, layer.x, 1, [0, layer.out]), gate(g)), layer.result(undefined))
        : undefined,
  });
  const w = weights({ "proj.weight": [2, 3], "proj.bias": [2] });
  expect(linear(op, w.at("proj"), float32(op, "x", [4, 3]), 2).dims).toEqual([4, 2]);
  expect(op.nodes.map(({ operator }) => operator)).toEqual(["Slice", "Mul", "Gemm", "Add"]);
  expect(op.inputs.map(({ name }) => name)).toEqual(["x", "gate"]);
});

test("weight() widens or narrows to the dialect's type in one cast, and asks for a tensor once", () => {
  const op = graph();
  const w = weights({ t: [4] }, "BF16");
  expect(weight(op, w, "t", [4])).toMatchObject({ type: "float32", dims: [4] });
  expect(weight(op, w, "t", [4], [1, 4])).toMatchObject({ type: "float32", dims: [1, 4] });
  expect(op.initializer(w.get("t", [4]))).toBe(op.initializer(w.get("t", [4])));
  const half = new Graph({ dialect: { ...DIALECTS.cpu, float: "float16" } });
  expect(weight(half, weights({ t: [4] }, "F16"), "t", [4]).type).toBe("float16");
  expect(half.nodes).toEqual([]);
});

test("constant() makes equal constants one", () => {
  const op = graph();
  expect(scalar(op, 2)).toBe(scalar(op, 2));
  expect(scalar(op, 2)).not.toBe(scalar(op, 3));
});

test("estimateMemory() counts weights in their computing type and the most values alive at once", () => {
  const op = graph();
  const x = float32(op, "x", [256]);
  const big = mul(op, x, weight(op, weights({ t: [256] }, "F16"), "t", [256])); // 1 KiB
  const again = reshape(op, mul(op, big, big), [16, 16]); // both alive: 2 KiB; the view is free
  op.output("y", add(op, again, again));
  // Rearranged: weights twice, values and a fifth; and the allocator holds back as much as is used, up to 64 MiB.
  const activations = Math.ceil(1.2 * 2048) + 2048;
  expect(estimateMemory(op)).toEqual({ weights: 2 * (1024 + 16), widening: "once", layout: "rearranged", activations });
});

test("estimateMemory() counts what is computed of weights alone, and of tables that are looked up nothing", () => {
  const op = new Graph({ dialect: { ...DIALECTS.cpu, provider: "cuda" } });
  const file = weights({ t: [256], "e.weight": [100, 256] });
  const twice = concat(op, [weight(op, file, "t", [256]), weight(op, file, "t", [256])], 0);
  op.output("y", mul(op, float32(op, "x", [512]), twice));
  expect(estimateMemory(op).weights).toBe(2048);
  const look = (provider: "cuda" | "cpu") => {
    const graph = new Graph({ dialect: { ...DIALECTS.cpu, provider } });
    graph.output("y", embedding(graph, file.at("e"), graph.input("ids", { type: "int64", dims: [1] }), [100, 256]));
    return estimateMemory(graph).weights;
  };
  expect([look("cpu"), look("cuda")]).toEqual([0, 102400]);
});

test("embedding() looks up what every provider can, and widens the rest before", () => {
  const order = (type: WeightRef["type"]) => {
    const op = graph();
    const ids = op.input("ids", { type: "int64", dims: [1] });
    embedding(op, weights({ weight: [9, 4] }, type), ids, [9, 4]);
    return op.nodes.map(({ operator }) => operator);
  };
  expect(order("F32")).toEqual(["Gather"]);
  expect(order("F16")).toEqual(["Gather", "Cast"]);
  expect(order("F8_E4M3")).toEqual(["Cast", "Gather"]);
});

test("estimateMemory() has heavy weights widened in every run instead of copied", () => {
  const heavy = (type: WeightRef["type"]) => {
    const op = graph();
    const dims = [2 ** 16, 2 ** 15];
    op.output("y", add(op, float32(op, "x", [2 ** 15]), weight(op, weights({ t: dims }, type), "t", dims)));
    const { weights: bytes, widening } = estimateMemory(op);
    return { bytes, widening };
  };
  expect(heavy("F16")).toEqual({ bytes: 2 ** 32, widening: "every-run" });
  expect(heavy("F32")).toEqual({ bytes: 2 ** 33, widening: "once" });
});

test("mappedWeights() are those that runs read as they lie in the file", () => {
  const op = graph();
  const dims = [2 ** 13, 2 ** 14];
  const at = (type: WeightRef["type"]) => weight(op, weights({ t: dims }, type), "t", dims);
  op.output("y", add(op, float32(op, "x", [2 ** 14]), at("F32")));
  const estimate = estimateMemory(op);
  expect(estimate.layout).toBe("plain");
  expect([...mappedWeights(op, estimate)]).toEqual([["/models/m.safetensors:8", 2 ** 29]]);
  // What is rearranged, or widened once, is a copy; what is widened in every run is read from the file.
  expect(mappedWeights(op, { ...estimate, layout: "rearranged" }).size).toBe(0);
  const half = graph();
  half.output("y", add(half, float32(half, "x", [2 ** 14]), weight(half, weights({ t: dims }, "F16"), "t", dims)));
  expect(mappedWeights(half, { layout: "plain", widening: "once" }).size).toBe(0);
  expect([...mappedWeights(half, { layout: "plain", widening: "every-run" }).values()]).toEqual([2 ** 28]);
  const cuda = new Graph({ dialect: { ...DIALECTS.cpu, provider: "cuda" } });
  cuda.output("y", add(cuda, float32(cuda, "x", [2 ** 14]), weight(cuda, weights({ t: dims }), "t", dims)));
  expect(mappedWeights(cuda, { layout: "plain", widening: "once" }).size).toBe(0);
});

test("mappedWeights() leaves out tables that are looked up, which count nowhere", () => {
  const op = graph();
  embedding(op, weights({ "e.weight": [100, 256] }).at("e"), op.input("ids", { type: "int64", dims: [1] }), [100, 256]);
  expect(mappedWeights(op, { layout: "plain", widening: "once" }).size).toBe(0);
});

test("onnxFile() points at the weights' bytes and holds none of them", () => {
  const op = graph();
  op.output("y", add(op, float32(op, "x", [1 << 20]), weight(op, weights({ t: [1 << 20] }), "t", [1 << 20])));
  const bytes = onnxFile(op);
  expect(bytes.length).toBeLessThan(500);
  expect(Buffer.from(bytes).toString("latin1")).toContain("models/m.safetensors");
});

test("onnxFile() writes no node that no output needs: the runtime keeps what an unread Reshape gets (onnxruntime 1.30, findings/onnxruntime-unread-reshape.sh)", () => {
  const op = graph();
  const x = float32(op, "x", [2, 3]);
  reshape(op, x, [6]);
  op.output("y", add(op, x, x));
  const written = Buffer.from(onnxFile(op)).toString("latin1");
  expect(written).toContain("Add");
  expect(written).not.toContain("Reshape");
});

test("reshape() makes one node for all readers, none where those were its dims before, and none of weights", () => {
  const op = graph();
  const x = float32(op, "x", [6, 4]);
  const view = reshape(op, x, [2, 3, 4]);
  expect(reshape(op, x, [2, 3, 4])).toBe(view);
  expect(reshape(op, view, [6, 4])).toBe(x);
  const file = weights({ t: [6, 4] });
  expect(reshape(op, weight(op, file, "t", [6, 4]), [24]).dims).toEqual([24]);
  expect(op.nodes.map(({ operator }) => operator)).toEqual(["Reshape"]);
});

test("mappedWeights() counts a weight that is read in parts as the whole is counted", () => {
  const read = (parts: readonly (readonly [number, number])[]) => {
    const op = graph();
    const dims = [2 ** 13, 2 ** 14];
    const whole = weight(op, weights({ t: dims }), "t", dims);
    const x = float32(op, "x", [2 ** 14]);
    for (const [i, part] of parts.entries())
      op.output(`y${i}`, add(op, x, readRows(op, whole, part, [part[1] - part[0], 2 ** 14])!));
    return [...mappedWeights(op, { layout: "plain", widening: "once" })];
  };
  const halves = [
    [0, 2 ** 12],
    [2 ** 12, 2 ** 13],
  ] as const;
  expect(read(halves)).toEqual(read([[0, 2 ** 13]]));
  expect(read(halves)).toEqual([["/models/m.safetensors:8", 2 ** 29]]);
});

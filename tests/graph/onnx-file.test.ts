/** What is written, as another implementation of the format reads it. */
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { float, int, ints, string } from "../../companion/graph/attributes.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { symbol } from "../../companion/graph/dim.ts";
import { Graph, type Value } from "../../companion/graph/graph.ts";
import { onnxFile } from "../../companion/graph/onnx-file.ts";
import { ProtoWriter } from "../../companion/graph/protobuf.ts";
import { tensor } from "../../companion/tensor.ts";

const graph = () => new Graph({ dialect: DIALECTS.cpu });
const read = (op: Graph) => fromBinary(ModelProtoSchema, onnxFile(op));
const float32 = (dims: Value["dims"]) => ({ type: "float32", dims }) as const;

test("a node has its inputs, of which one may be absent, its attributes and its domain", () => {
  const op = graph();
  const x = op.input("x", float32([2, 3]));
  const attributes = {
    far: int(-1),
    long: int(2 ** 40),
    axes: ints([0, -1, 300]),
    eps: float(0.1),
    mode: string("größte"),
  };
  const [y] = op.emit("Odd", [x, undefined, x], [float32([2, 3])], attributes, { domain: "com.microsoft" });
  op.output("y", y!);
  const model = read(op);
  expect(model.irVersion).toBe(10n);
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 20n],
    ["com.microsoft", 1n],
  ]);
  const [node, last] = model.graph!.node;
  expect(node).toMatchObject({ opType: "Odd", domain: "com.microsoft", input: ["x", "", "x"], output: last!.input });
  const told = Object.fromEntries(
    node!.attribute.map(({ name, i, ints, f, s, type }) => [
      name,
      { i, ints, f, s: new TextDecoder().decode(s), type },
    ]),
  );
  expect(told.far).toMatchObject({ i: -1n, type: 2 });
  expect(told.long).toMatchObject({ i: 2n ** 40n, type: 2 });
  expect(told.axes).toMatchObject({ ints: [0n, -1n, 300n], type: 7 });
  expect(told.eps).toMatchObject({ f: Math.fround(0.1), type: 1 });
  expect(told.mode).toMatchObject({ s: "größte", type: 3 });
  expect(last).toMatchObject({ opType: "Identity", output: ["y"] });
});

test("inputs have their dims, by number or by name, and none where they are free", () => {
  const op = graph();
  const fixed = op.input("fixed", float32([1, 300, 70_000]));
  const named = op.input("named", { type: "int64", dims: [symbol("tokens"), 4] });
  const free = op.freeInput("free", { type: "bool", dims: [1] });
  op.output("y", op.emit("Odd", [fixed, named, free], [float32([1])])[0]!);
  const told = read(op).graph!.input.map(({ name, type }) => {
    const { value } = type!.value as { value: { elemType: number; shape?: { dim: { value: { value?: unknown } }[] } } };
    return [name, value.elemType, value.shape?.dim.map((dim) => dim.value.value)];
  });
  expect(told).toEqual([
    ["fixed", 1, [1n, 300n, 70_000n]],
    ["named", 7, ["tokens", 4n]],
    ["free", 9, undefined],
  ]);
});

test("what is there before is a byte range of a file, or its numbers", () => {
  const op = graph();
  const ref = {
    key: "w",
    type: "F32",
    dims: [2, 3],
    file: "/models/ä.safetensors",
    offset: 2 ** 33,
    byteLength: 24,
  } as const;
  // A view of a part of a buffer.
  const made = tensor(Float32Array.of(0, 1, 2, 3).subarray(1), [3]);
  op.output("y", op.emit("Odd", [op.initializer(ref), op.constant(made)], [float32([2, 3])])[0]!);
  const [weight, numbers] = read(op).graph!.initializer;
  expect(weight).toMatchObject({ dims: [2n, 3n], dataType: 1, dataLocation: TensorProto_DataLocation.EXTERNAL });
  expect(weight!.externalData.map(({ key, value }) => [key, value])).toEqual([
    ["location", "models/ä.safetensors"],
    ["offset", String(2 ** 33)],
    ["length", "24"],
  ]);
  expect(numbers).toMatchObject({ dims: [3n], dataType: 1, dataLocation: TensorProto_DataLocation.DEFAULT });
  expect([...new Float32Array(numbers!.rawData.slice().buffer)]).toEqual([1, 2, 3]);
});

test("a condition has two bodies", () => {
  const op = graph();
  const x = op.input("x", float32([2]));
  const used = op.freeInput("used", { type: "bool", dims: [1] });
  const twice = () => op.emit("Add", [x, x], [float32([2])])[0]!;
  op.output("y", op.either(used, { met: twice, otherwise: () => x }));
  const [node] = read(op).graph!.node;
  expect(node!.attribute.map(({ name, g, type }) => [name, g!.node.map(({ opType }) => opType), type])).toEqual([
    ["then_branch", ["Add"], 5],
    ["else_branch", ["Identity"], 5],
  ]);
  for (const { g } of node!.attribute) expect(g!.output[0]!.name).toBe(g!.node[0]!.output[0]);
});

test("lengths of any size stand before what they measure, as the buffer grows", () => {
  for (const length of [0, 1, 126, 127, 128, 16_383, 16_384, 70_000, 2 ** 21]) {
    const writer = new ProtoWriter();
    writer.message(7, () => writer.message(5, () => writer.bytes(9, new Uint8Array(length).fill(7))));
    writer.string(2, "ü".repeat(length / 2));
    const { graph, producerName } = fromBinary(ModelProtoSchema, writer.finish());
    expect(graph!.initializer[0]!.rawData).toHaveLength(length);
    expect(graph!.initializer[0]!.rawData.every((byte) => byte === 7)).toBe(true);
    expect(producerName).toBe("ü".repeat(length / 2));
  }
});

test("dims are told of what comes from free inputs and has them all the same, and kept by a part of the graph", () => {
  const op = graph();
  const free = op.freeInput("free", float32([1, 4]));
  const [made] = op.emit("Odd", [free], [float32([3, 4])]);
  op.emit("Odd", [free], [float32([1, 4])]);
  op.fixedWhateverIsFree(made!);
  op.output("y", made!);
  for (const one of [op, op.part({})]) {
    const { node, valueInfo } = read(one).graph!;
    expect(valueInfo.map(({ name }) => name)).toEqual(node[0]!.output);
    const { value } = valueInfo[0]!.type!.value as { value: { shape: { dim: { value: { value?: unknown } }[] } } };
    expect(value.shape.dim.map((dim) => dim.value.value)).toEqual([3n, 4n]);
  }
});

test("what runs for each part is a body that is given it, and whose result's dims are told", () => {
  const op = graph();
  const parts = op.input("parts", float32([3, 2, 4]));
  const wide = op.input("wide", float32([4]));
  op.output(
    "y",
    op.each(parts, (part) => op.emit("Add", [part, wide], [float32([2, 4])])[0]!),
  );
  const [node] = read(op).graph!.node;
  expect([node!.opType, node!.input]).toEqual(["Scan", ["parts"]]);
  const attributes = Object.fromEntries(node!.attribute.map(({ name, ...rest }) => [name, rest]));
  expect(attributes.num_scan_inputs!.i).toBe(1n);
  const { node: inner, input, output } = attributes.body!.g!;
  expect(inner.map(({ opType, input: read }) => [opType, read])).toEqual([["Add", [input[0]!.name, "wide"]]]);
  const dimsOf = ({ type }: (typeof input)[number]) => {
    const { value } = type!;
    return value.case === "tensorType" ? value.value.shape!.dim.map(({ value: dim }) => dim.value) : undefined;
  };
  expect([input, output].map(([value]) => dimsOf(value!))).toEqual([
    [2n, 4n],
    [2n, 4n],
  ]);
  expect(output[0]!.name).toBe(inner[0]!.output[0]);
});

// Seen with onnxruntime-node 1.30.0: findings/onnxruntime-order-of-nodes.sh.
test("what depends on weights alone, and on what is fed beside them, stands first", () => {
  const op = graph();
  const x = op.input("x", float32([2]));
  const more = op.freeInput("more", float32([2]));
  const weight = op.constant(tensor(Float32Array.of(1, 2), [2]));
  const made = (operator: string, ...inputs: Value[]) => op.emit(operator, inputs, [float32([2])])[0]!;
  const first = made("Add", x, made("Abs", weight));
  op.output("y", made("Mul", first, made("Sub", made("Neg", weight), more)));
  expect(read(op).graph!.node.map(({ opType }) => opType)).toEqual(["Abs", "Neg", "Sub", "Add", "Mul", "Identity"]);
});

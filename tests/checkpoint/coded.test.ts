/** ComfyUI's NVFP4, int8 and ConvRot: the numbers that its own package makes of them (tests/fixtures/coded/make_coded.py). */
import path from "node:path";
import { resolveEncodings } from "../../companion/checkpoint/files/encodings.ts";
import { rowRange } from "../../companion/checkpoint/files/row-range.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readRows } from "../../companion/checkpoint/files/table-rows.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { linearNoBias } from "../../companion/graph/layers.ts";
import { type WeightRef, Weights, type WeightType } from "../../companion/graph/weights.ts";
import type { BuildOptions } from "../../companion/opening/network.ts";
import { quantizerFor } from "../../companion/pipeline/weights/narrow.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { deviation, runGraph } from "../networks/fixture.ts";
import { temporaryFolder } from "./sample.ts";

const store = openSafetensors(path.join(__dirname, "../fixtures/coded/coded.safetensors"));
const folder = temporaryFolder();
const exact = ["nvfp4", "nvfp4-noted", "int8", "int8-rows"];
const rotated = ["convrot-16", "convrot-256"];
const weightOf = (name: string) => store.find(`${name}.weight`)!;
const expected = (name: string) => readNumbers(store.find(`${name}.numbers`)!);

test("nothing but weights and other tensors is left of the file", () => {
  expect([...store.keys()].sort()).toEqual(
    [...exact, ...rotated].flatMap((name) => [`${name}.numbers`, `${name}.weight`]).sort(),
  );
});

test.each(exact)("readNumbers() gives the very numbers: %s", (name) => {
  const { dims, data } = readNumbers(weightOf(name));
  const wanted = expected(name);
  expect(dims).toEqual(wanted.dims);
  // Minus zero is zero.
  expect(data.map((value) => value + 0)).toEqual(wanted.data.map((value) => value + 0));
});

test.each(rotated)("readNumbers() turns back what was rotated, as far as float32 sums go: %s", (name) => {
  const wanted = expected(name);
  expect(
    deviation(tensor(readNumbers(weightOf(name)).data, wanted.dims), tensor(wanted.data, wanted.dims)),
  ).toBeLessThan(3e-7);
});

test.each([...exact, ...rotated])("rows of it are rows of its numbers: %s", (name) => {
  const { dims, data } = readNumbers(weightOf(name));
  const width = dims[1]!;
  const last = dims[0]! - 1;
  expect(readNumbers(rowRange(weightOf(name), 1, 3)).data).toEqual(data.subarray(width, 4 * width));
  expect(readNumbers(rowRange(rowRange(weightOf(name), 1, last), last - 1, 1)).data).toEqual(
    data.subarray(last * width),
  );
  expect(readRows(weightOf(name), [last, 0])).toEqual(
    Float32Array.from([...data.subarray(last * width), ...data.subarray(0, width)]),
  );
});

test.each([...exact, ...rotated])("a linear layer multiplies by it as it is: %s", async (name) => {
  const { dims, data } = readNumbers(weightOf(name));
  const [out, inner] = dims as [number, number];
  const x = createGenerator(7).randn([3, inner]);
  const drawn = (w: Weights, options: BuildOptions): Graph => {
    const op = new Graph(options);
    op.output("y", linearNoBias(op, w.at(name), op.input("x", { type: "float32", dims: x.dims }), out));
    return op;
  };
  const quantizer = await quantizerFor({ weights: store, build: drawn }, undefined, () => path.join(folder, name));
  const graph = drawn(new Weights(store), { dialect: DIALECTS.cpu, quantizer: quantizer! });
  const { y } = (await runGraph(graph, { x })) as { y: Tensor };
  const wanted = Float32Array.from({ length: 3 * out }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += x.data[Math.floor(at / out) * inner + k]! * data[(at % out) * inner + k]!;
    return sum;
  });
  expect(deviation(y, tensor(wanted, [3, out]))).toBeLessThan(3e-6);
});

const refsOf = (shapes: Readonly<Record<string, readonly [type: WeightType, dims: readonly number[]]>>) =>
  new Map<string, WeightRef>(
    Object.entries(shapes).map(([key, [type, dims]]) => [
      key,
      { key, type, dims, file: "/x", offset: 0, byteLength: elementCount(dims) },
    ]),
  );
const noted = (note: unknown) => new Map([["_quantization_metadata", JSON.stringify({ layers: { a: note } })]]);
const int8 = { format: "int8_tensorwise" };

test.each([
  ["tiles of another size", "nvfp4", { "a.weight": ["U8", [16, 8]], "a.weight_scale": ["F8_E4M3", [16, 1]] }],
  ["no second scale", "nvfp4", { "a.weight": ["U8", [16, 8]], "a.weight_scale": ["F8_E4M3", [128, 4]] }],
  ["another type", "nvfp4", { "a.weight": ["I8", [16, 8]], "a.weight_scale": ["F8_E4M3", [128, 4]] }],
  ["no scale", int8, { "a.weight": ["I8", [4, 8]] }],
  ["a scale for each column", int8, { "a.weight": ["I8", [4, 8]], "a.weight_scale": ["F32", [1, 8]] }],
  [
    "groups that no row is whole in",
    { ...int8, convrot: true, convrot_groupsize: 16 },
    { "a.weight": ["I8", [4, 8]], "a.weight_scale": ["F32", [4, 1]] },
  ],
  [
    "a group that is no power of four",
    { ...int8, params: { convrot: true, convrot_groupsize: 8 } },
    { "a.weight": ["I8", [4, 8]], "a.weight_scale": ["F32", [4, 1]] },
  ],
  ["a format that nobody knows", "float3", { "a.weight": ["I8", [4, 8]], "a.weight_scale": ["F32", []] }],
] as readonly (readonly [string, unknown, Parameters<typeof refsOf>[0]])[])(
  "resolveEncodings() leaves what its note does not fit: %s",
  (_, note, shapes) => {
    const refs = refsOf(shapes);
    expect(resolveEncodings(refs, noted(note))).toBe(refs);
  },
);

test("a layer with the scale of its input alone keeps its weight as it is", () => {
  const refs = refsOf({ "a.weight": ["BF16", [4, 8]], "a.input_scale": ["F32", []] });
  expect([...resolveEncodings(refs)]).toEqual([["a.weight", refs.get("a.weight")]]);
});

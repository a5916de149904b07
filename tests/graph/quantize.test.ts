import { writeFileSync } from "node:fs";
import path from "node:path";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { conv2d, linear } from "../../companion/graph/layers.ts";
import { BLOCK, narrowDims, quantize } from "../../companion/graph/quantize.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { deviation, runGraph } from "../networks/fixture.ts";

const folder = temporaryFolder();

/** A layer's weights in a file, with their narrow form. */
function inFile(matrix: Tensor, bias: Tensor, bits: 4 | 8) {
  const [rows, width] = [matrix.dims[0]!, matrix.data.length / matrix.dims[0]!];
  const narrow = quantize(matrix.data, width, bits);
  const dims = narrowDims([rows, width], bits);
  const file = path.join(folder, `${bits}-${matrix.dims}`);
  const parts = [
    ["weight", "F32", matrix.dims, matrix.data],
    ["bias", "F32", bias.dims, bias.data],
    ["values", "U8", dims.values, narrow.values],
    ["scales", "F32", dims.scales, narrow.scales],
    ["zeros", "U8", dims.zeros, narrow.zeros],
  ] as const;
  let offset = 0;
  const refs = new Map<string, WeightRef>();
  for (const [key, type, of, { byteLength }] of parts) {
    refs.set(key, { key, type, dims: of, file, offset, byteLength });
    offset += byteLength;
  }
  writeFileSync(file, Buffer.concat(parts.map(([, , , data]) => Buffer.from(data.buffer))));
  const ref = (key: string) => refs.get(key)!;
  const placed = { values: ref("values"), scales: ref("scales"), zeros: ref("zeros") };
  const quantizer = () => ({ kind: "blocks" as const, bits, block: BLOCK, ...placed });
  return { quantizer, weights: new Weights({ origin: "made here", find: ref, keys: () => refs.keys() }) };
}

test("a convolution of 8 bits deviates by rounding alone", async () => {
  const { randn } = createGenerator(5);
  const [x, kernel, bias] = [randn([1, 32, 6, 5]), randn([8, 32, 3, 3]), randn([8])];
  const { quantizer, weights } = inFile(kernel, bias, 8);
  const run = async (options: { quantizer?: typeof quantizer }) => {
    const op = new Graph({ dialect: DIALECTS.cpu, ...options });
    const input = op.input("x", { type: "float32", dims: x.dims });
    op.output("y", conv2d(op, weights, input, [8, 3], { padding: [1, 1, 1, 1] }));
    return (await runGraph(op, { x })).y as Tensor;
  };
  const error = deviation(await run({ quantizer }), await run({}));
  expect(error).toBeLessThan(0.01);
  expect(error).toBeGreaterThan(0.0003);
});

test("quantize() keeps what its range holds exactly", () => {
  const row = Float32Array.from({ length: 32 }, (_, i) => (i % 16) - 8);
  const { values, scales, zeros } = quantize(row, 32, 4);
  expect([scales, zeros]).toEqual([Float32Array.of(1), Uint8Array.of(8)]);
  expect([...values.subarray(0, 8)]).toEqual([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
});

test.each([4, 8] as const)("quantize() loses the least where values are lopsided, or all zero: %d bits", (bits) => {
  const lopsided = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? i / 31 : 0));
  const { values, scales, zeros } = quantize(lopsided, 32, bits);
  expect([...zeros]).toEqual([0, 0]);
  expect(scales[0]).toBeCloseTo(1 / (2 ** bits - 1), 2);
  expect(scales[1]).toBe(0);
  expect(values[32 / (8 / bits) - 1]).toBe(bits === 8 ? 255 : 0xff);
  expect([...values.subarray(values.length / 2)].every((value) => value === 0)).toBe(true);
});

/** The longest vector's share that rounding uniformly to 2^bits levels of a normal block of 32 costs: about 0.5 % and 8 %. */
test.each([
  [8, 0.006],
  [4, 0.1],
] as const)("a linear layer of %d bits deviates by rounding alone", async (bits, bound) => {
  const [rows, inner, out] = [5, 70, 96];
  const { randn } = createGenerator(bits);
  const [x, matrix, bias] = [randn([rows, inner]), randn([out, inner]), randn([out])];
  const { quantizer, weights } = inFile(matrix, bias, bits);
  const op = new Graph({ dialect: DIALECTS.cpu, quantizer });
  op.output("y", linear(op, weights, op.input("x", { type: "float32", dims: x.dims }), out));
  const { y: found } = (await runGraph(op, { x })) as { y: Tensor };
  const exact = tensor(
    Float32Array.from({ length: rows * out }, (_, at) => {
      const [m, n] = [Math.floor(at / out), at % out];
      let sum = bias.data[n]!;
      for (let k = 0; k < inner; k++) sum += x.data[m * inner + k]! * matrix.data[n * inner + k]!;
      return sum;
    }),
    [rows, out],
  );
  const norm = (values: Float32Array) => Math.hypot(...values);
  const error = norm(found.data.map((value, i) => value - exact.data[i]!)) / norm(exact.data);
  expect(error).toBeLessThan(bound);
  expect(error).toBeGreaterThan(bound / 10);
});

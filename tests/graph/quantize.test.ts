import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { linear } from "../../companion/graph/layers.ts";
import { quantize } from "../../companion/graph/quantize.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { runGraph } from "../networks/fixture.ts";

test("quantize() keeps what its range holds exactly", () => {
  const row = Float32Array.from({ length: 32 }, (_, i) => (i % 16) - 8);
  const { values, scales } = quantize(row, 32, 4);
  expect(scales).toEqual(Float32Array.of(1));
  expect([...values.subarray(0, 8)]).toEqual([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
});

/** The longest vector's share that rounding uniformly to 2^bits levels of a normal block of 32 costs: about 0.5 % and 8 %. */
test.each([
  [8, 0.006],
  [4, 0.1],
] as const)("a linear layer of %d bits deviates by rounding alone", async (bits, bound) => {
  const [rows, inner, out] = [5, 70, 96];
  const { randn } = createGenerator(bits);
  const [x, matrix] = [randn([rows, inner]), randn([out, inner])];
  const ref = (key: string, dims: readonly number[]): WeightRef => ({
    ...{ key, dims, type: "F32", file: "/none", offset: 0, byteLength: 0 },
  });
  const store = {
    origin: "made here",
    find: (key: string) => ref(key, key === "weight" ? [out, inner] : [out]),
    keys: () => [],
  };
  const op = new Graph({ dialect: DIALECTS.cpu, quantizer: (_, [, width]) => quantize(matrix.data, width, bits) });
  const bias = randn([out]);
  const y = linear(op, new Weights(store), op.input("x", { type: "float32", dims: x.dims }), out);
  const biasName = [...op.initializers.values()].find(({ value }) => value.name === "bias")!.value.name;
  op.initializers.set(biasName, { value: op.initializers.get(biasName)!.value, source: bias });
  op.output("y", y);
  op.prune();
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

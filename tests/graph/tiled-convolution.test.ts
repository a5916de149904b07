import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { convolution, upsampledConvolution } from "../../companion/graph/lowerings.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { floats } from "../../companion/graph/ops.ts";
import { tiledConvolution } from "../../companion/graph/tiled-convolution.ts";
import { toomCook } from "../../companion/graph/toom-cook.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { convolve } from "../../companion/runtime/reference.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { deviation } from "../networks/fixture.ts";

const wave = (dims: readonly number[], step: number): Tensor =>
  tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(step * (i + 1))),
    dims,
  );

const ALWAYS: Dialect = { ...DIALECTS.cpu, tiled: { tiles: 0, channels: 1 } };
const [KERNELS, BIAS] = [wave([7, 5, 3, 3], 1.9), wave([7], 0.3)];

async function convolved(x: Tensor, size: readonly [number, number], dialect = ALWAYS): Promise<Tensor> {
  const op = new Graph({ dialect });
  const constants = [floats(op, KERNELS.data, KERNELS.dims), floats(op, BIAS.data, [7])] as const;
  op.output("y", tiledConvolution(op, op.input("x", { type: "float32", dims: x.dims }), constants, size));
  const session = await openSession(op, cpuDevice());
  try {
    return (await session.run({ x })).y!;
  } finally {
    await session.release();
  }
}

test.each([
  [2, 1],
  [3, 3],
  [4, 3],
] as const)("toomCook() convolves: %d results by %d taps", (outputs, taps) => {
  const n = outputs + taps - 1;
  const points = [0, 1, -1, 2, -2].slice(0, n - 1);
  const { input, kernel, output } = toomCook(outputs, taps, points);
  const [x, weights] = [wave([n], 0.7).data, wave([taps], 1.3).data];
  const times = (rows: readonly (readonly number[])[], by: ArrayLike<number>) =>
    rows.map((row) => row.reduce((sum, value, i) => sum + value * by[i]!, 0));
  const turned = times(kernel, weights);
  const found = times(
    output,
    times(input, x).map((value, i) => value * turned[i]!),
  );
  for (const [at, value] of found.entries())
    expect(value).toBeCloseTo(
      weights.reduce((sum, weight, i) => sum + weight * x[at + i]!, 0),
      12,
    );
  expect(() => toomCook(outputs, taps, [...points, 7])).toThrow(RangeError);
});

test.each([
  [1, 8, 8],
  [2, 5, 7],
  [1, 1, 3],
  // More tiles than are turned at once.
  [3, 44, 40],
] as const)("tiledConvolution() agrees with its definition: %d × %d × %d", async (batch, height, width) => {
  const x = wave([batch, 5, height, width], 0.37);
  const each = 5 * height * width;
  const one = (b: number) => tensor(x.data.slice(b * each, (b + 1) * each), [1, 5, height, width]);
  const results = Array.from({ length: batch }, (_, b) => [...convolve(one(b), KERNELS, BIAS)]);
  const expected = tensor(Float32Array.from(results.flat()), [batch, 7, height, width]);
  expect(deviation(await convolved(x, [height, width]), expected)).toBeLessThan(3e-6);
});

test("tiledConvolution() resizes first, by nearest neighbour, to any size", async () => {
  const x = wave([1, 5, 4, 5], 0.37);
  const [height, width] = [7, 10];
  const big = Float32Array.from({ length: 5 * height * width }, (_, i) => {
    const [c, row, column] = [Math.floor(i / 70), Math.floor(i / 10) % 7, i % 10];
    return x.data[(c * 4 + Math.floor((row * 4) / 7)) * 5 + (column >> 1)]!;
  });
  const expected = tensor(convolve(tensor(big, [1, 5, height, width]), KERNELS, BIAS), [1, 7, height, width]);
  expect(deviation(await convolved(x, [height, width]), expected)).toBeLessThan(3e-6);
});

test("tiledConvolution() sees the opposite side where pictures repeat", async () => {
  const x = wave([1, 5, 6, 9], 0.37);
  const around = await convolved(x, [6, 9], { ...ALWAYS, edges: "around" });
  const roll = (t: Tensor, by: number) =>
    tensor(
      t.data.map((_, i) => {
        const [c, row, column] = [Math.floor(i / 54), Math.floor(i / 9) % 6, i % 9];
        return t.data[c * 54 + ((row + by) % 6) * 9 + ((column + by) % 9)]!;
      }),
      t.dims,
    );
  expect(deviation(await convolved(roll(x, 2), [6, 9], { ...ALWAYS, edges: "around" }), roll(around, 2))).toBeLessThan(
    3e-6,
  );
  expect(deviation(around, await convolved(x, [6, 9]))).toBeGreaterThan(1e-2);
});

test("kernels are turned in each run, and nothing of them is kept", () => {
  const op = new Graph({ dialect: ALWAYS });
  const kernels = floats(op, wave([64, 64, 3, 3], 1.1).data, [64, 64, 3, 3]);
  op.output(
    "y",
    tiledConvolution(op, op.input("x", { type: "float32", dims: [1, 64, 8, 8] }), [kernels, undefined], [8, 8]),
  );
  // Twice, as small networks are rearranged: the kernels, and next to nothing.
  const { weights } = estimateMemory(op);
  expect(weights).toBeGreaterThanOrEqual(2 * 4 * 64 * 64 * 9);
  expect(weights).toBeLessThan(2.2 * 4 * 64 * 64 * 9);
});

test("tiles are made only for large pictures of many channels, in networks that want them", () => {
  const operators = (
    convolutions: Dialect["convolutions"],
    table: Dialect,
    [size, channels]: readonly [number, number],
  ) => {
    const op = new Graph({ dialect: { ...table, convolutions } });
    const x = op.input("x", { type: "float32", dims: [2, channels, size, size] });
    const kernels = floats(op, new Float32Array(channels * channels * 9), [channels, channels, 3, 3]);
    const bias = floats(op, new Float32Array(channels), [channels]);
    op.output("y", convolution(op, x, [kernels, bias], { padding: [1, 1, 1, 1] }));
    op.output("z", upsampledConvolution(op, x, [kernels, bias], [size, size]));
    return op.nodes.filter(({ operator }) => operator === "Conv").length;
  };
  expect(operators("tiled", DIALECTS.cpu, [32, 64])).toBe(0);
  expect(operators("tiled", DIALECTS.cpu, [8, 64])).toBe(2);
  expect(operators("tiled", DIALECTS.cpu, [32, 4])).toBe(2);
  expect(operators("direct", DIALECTS.cpu, [32, 64])).toBe(2);
  for (const other of [DIALECTS.webgpu, DIALECTS.cuda, DIALECTS.dml])
    expect(operators("tiled", other, [32, 64])).toBe(2);
});

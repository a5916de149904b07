import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { groupNormalization } from "../../companion/graph/group-norms.ts";
import { plusProduct, scaledDotProductAttention, upsampledConvolution } from "../../companion/graph/lowerings.ts";
import { add, floats } from "../../companion/graph/ops.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { attend, convolve, normaliseGroups } from "../../companion/runtime/reference.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { deviation } from "../networks/fixture.ts";

const wave = (dims: readonly number[], step: number): Tensor =>
  tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(step * (i + 1))),
    dims,
  );

async function run(op: Graph, feeds: Record<string, Tensor>): Promise<Tensor> {
  const session = await openSession(op, cpuDevice());
  try {
    return (await session.run(feeds)).y!;
  } finally {
    await session.release();
  }
}

const CHUNKED: Dialect = { ...DIALECTS.cpu, attention: "chunked", maxScores: 500 };

test.each([
  [DIALECTS.cpu, 4],
  [CHUNKED, 4],
  [DIALECTS.cpu, 1],
  [{ ...DIALECTS.cpu, maxScores: 500 }, 1],
] as const)("scaledDotProductAttention() agrees with its definition: $attention, %d heads", async (dialect, heads) => {
  const [q, k, v] = [wave([1, 33, 40], 0.7), wave([1, 21, 40], 1.3), wave([1, 21, 40], 0.9)];
  const op = new Graph({ dialect });
  const input = (name: string, { dims }: Tensor) => op.input(name, { type: "float32", dims });
  const values = [input("q", q!), input("k", k!), input("v", v!)] as const;
  op.output("y", scaledDotProductAttention(op, values, { heads, mask: "none" }));
  const long = heads === 1 && dialect.maxScores < 33 * 21;
  expect(op.nodes.filter(({ operator }) => operator === "Softmax")).toHaveLength(
    long ? 2 : dialect.attention === "chunked" ? 7 : 0,
  );
  const expected = tensor(attend([q!, k!, v!], heads), [1, 33, 40]);
  expect(deviation(await run(op, { q: q!, k: k!, v: v! }), expected)).toBeLessThan(1e-6);
});

/** Its operators for `queries` that look at `keys`: one head. */
function operatorsOf(dialect: Dialect, [queries, keys]: readonly [number, number]): string[] {
  const op = new Graph({ dialect });
  const input = (name: string, rows: number) => op.input(name, { type: op.float, dims: [1, rows, 96] });
  const values = [input("q", queries), input("k", keys), input("v", keys)] as const;
  op.output("y", scaledDotProductAttention(op, values, { heads: 1, mask: "none" }));
  return op.nodes.map(({ operator }) => operator);
}

test.each([2 ** 10, 2 ** 14, 2 ** 18])(
  "scaledDotProductAttention() of a whole picture is no more nodes on the processor for %d tokens",
  (tokens) => {
    const products = operatorsOf(DIALECTS.cpu, [tokens, tokens]).filter((operator) => operator !== "Identity");
    expect(products).toEqual(["MultiHeadAttention"]);
  },
);

test.each([
  ["a strip on the processor", DIALECTS.cpu, [2 ** 13, 2 ** 14], 16],
  ["a strip of a larger picture", DIALECTS.cpu, [2 ** 13, 2 ** 18], 64],
  ["a whole picture on a graphics card", DIALECTS.cuda, [2 ** 16, 2 ** 16], 512],
  ["a larger one", DIALECTS.cuda, [2 ** 18, 2 ** 18], 2048],
] as const)(
  "scaledDotProductAttention() of %s is by few queries, but no fewer than 128",
  (_, dialect, tokens, parts) => {
    expect(operatorsOf(dialect, tokens).filter((operator) => operator === "Gemm")).toHaveLength(parts);
  },
);

test("groupNormalization() agrees with its definition", async () => {
  const [x, scale, shift] = [wave([1, 6, 5, 7], 0.37), wave([6], 1.1), wave([6], 2.3)];
  const op = new Graph({ dialect: DIALECTS.cpu });
  const constants = [floats(op, scale!.data, [6]), floats(op, shift!.data, [6])] as const;
  op.output(
    "y",
    groupNormalization(op, op.input("x", { type: "float32", dims: x!.dims }), constants, { groups: 3, eps: 1e-5 }),
  );
  const expected = tensor(normaliseGroups(x!, [scale!, shift!], { groups: 3, eps: 1e-5 }), x!.dims);
  expect(deviation(await run(op, { x: x! }), expected)).toBeLessThan(1e-6);
});

test.each([0, Number.POSITIVE_INFINITY])(
  "upsampledConvolution() agrees with its definition: phasesFrom %s",
  async (phasesFrom) => {
    const [x, kernel, bias] = [wave([1, 3, 4, 5], 0.7), wave([2, 3, 3, 3], 1.9), wave([2], 0.3)];
    const op = new Graph({ dialect: { ...DIALECTS.cpu, phasesFrom } });
    const constants = [floats(op, kernel!.data, kernel!.dims), floats(op, bias!.data, [2])] as const;
    op.output("y", upsampledConvolution(op, op.input("x", { type: "float32", dims: x!.dims }), constants, [8, 10]));
    expect(op.nodes.some(({ operator }) => operator === "Resize")).toBe(phasesFrom !== 0);
    const big = Float32Array.from({ length: 3 * 8 * 10 }, (_, i) => {
      const [c, row, column] = [Math.floor(i / 80), Math.floor(i / 10) % 8, i % 10];
      return x!.data[(c * 4 + (row >> 1)) * 5 + (column >> 1)]!;
    });
    const expected = tensor(convolve(tensor(big, [1, 3, 8, 10]), kernel!, bias!), [1, 2, 8, 10]);
    expect(deviation(await run(op, { x: x! }), expected)).toBeLessThan(1e-6);
  },
);

test.each([
  ["in-place", "FusedConv"],
  ["added", "Add"],
] as const)("plusProduct() agrees with its definition, for any K: %s", async (sums, operator) => {
  const [rows, columns] = [7, 5];
  const op = new Graph({ dialect: { ...DIALECTS.cpu, sums } });
  const sum = op.input("sum", { type: "float32", dims: [rows, columns] });
  const [x, factor] = [
    op.freeInput("x", { type: "float32", dims: [rows, 1] }),
    op.freeInput("factor", { type: "float32", dims: [columns, 1] }),
  ];
  // Twice the sum, so that it is made here, and may be overwritten.
  op.output("y", plusProduct(op, add(op, sum, sum), x, factor));
  expect(op.nodes.map((node) => node.operator)).toContain(operator);
  const session = await openSession(op, cpuDevice());
  try {
    for (const inner of [1, 3, 16]) {
      const feeds = {
        sum: wave([rows, columns], 0.7),
        x: wave([rows, inner], 1.3),
        factor: wave([columns, inner], 0.9),
      };
      const expected = Float32Array.from({ length: rows * columns }, (_, at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        let value = 2 * feeds.sum.data[at]!;
        for (let k = 0; k < inner; k++) value += feeds.x.data[i * inner + k]! * feeds.factor.data[j * inner + k]!;
        return value;
      });
      expect(deviation((await session.run(feeds)).y!, tensor(expected, [rows, columns]))).toBeLessThan(1e-6);
    }
  } finally {
    await session.release();
  }
});

import { DIALECTS } from "../../companion/graph/dialect.ts";
import { dimIn, fixedDims, productOf, quotientOf, sumOf, symbol, timesOf } from "../../companion/graph/dim.ts";
import { Graph, type Value } from "../../companion/graph/graph.ts";
import { scaledDotProductAttention } from "../../companion/graph/lowerings.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { add, concat, mul, reshape, slice, transpose } from "../../companion/graph/ops.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";

const S = symbol("S");
const T = symbol("T");
const dialect = DIALECTS.cpu;

test("sums of symbols are the same text, whatever their order", () => {
  expect(sumOf(S, 512)).toBe("S+512");
  expect(sumOf(512, T, S)).toBe(sumOf(S, 256, T, 256));
  expect(sumOf(sumOf(S, 512), -512)).toBe(S);
  expect(sumOf(timesOf(S, 2), timesOf(S, -2))).toBe(0);
  expect(sumOf(2, 3)).toBe(5);
});

test("productOf() and quotientOf() are each other's inverse", () => {
  expect(productOf([1, sumOf(S, 4), 24, 2])).toBe("48*S+192");
  expect(quotientOf(productOf([1, sumOf(S, 4), 24]), 24)).toBe("S+4");
  expect(quotientOf(productOf([S, 6]), S)).toBe(6);
  expect(quotientOf(S, 2)).toBeUndefined();
  expect(quotientOf(S, T)).toBeUndefined();
  expect(() => productOf([S, T])).toThrow(RangeError);
});

test("dimIn() is what a dim is in a run, and fixedDims() refuses what a run chooses", () => {
  expect(dimIn(sumOf(timesOf(S, 3), T, -1), { S: 5, T: 7 })).toBe(21);
  expect(() => dimIn(S, { T: 7 })).toThrow('Nothing says what "S"');
  expect(() => fixedDims([1, S])).toThrow(RangeError);
  expect(() => symbol("S+1")).toThrow(RangeError);
});

test("operators refuse what a symbol cannot be", () => {
  const op = new Graph({ dialect });
  const x = op.input("x", { type: "float32", dims: [1, S, 6] });
  expect(() => reshape(op, x, [1, 4, 6])).toThrow("Cannot read [1,S,6] as [1,4,6]");
  expect(() => reshape(op, x, [T, 6])).toThrow("Cannot read");
  expect(() => slice(op, x, 1, [0, T])).toThrow("Cannot take");
  expect(() => add(op, x, op.input("y", { type: "float32", dims: [1, T, 6] }))).toThrow("Cannot combine");
});

/** Attention over a text of 3 places and a picture of S, of which the picture's places are given back. */
function jointAttention(): Graph {
  const op = new Graph({ dialect });
  const picture = op.input("picture", { type: "float32", dims: [1, S, 8] });
  const text = op.input("text", { type: "float32", dims: [1, 3, 8] });
  const all = concat(op, [text, picture], 1);
  const heads = reshape(op, all, [1, all.dims[1]!, 2, 4]);
  const turned = reshape(op, transpose(op, transpose(op, heads, [0, 2, 1, 3]), [0, 2, 1, 3]), all.dims);
  const seen = scaledDotProductAttention(op, [turned, all, all], { heads: 2, mask: "none" });
  const rows = reshape(op, reshape(op, seen, [-1, 8]), all.dims);
  op.output("out", mul(op, slice(op, rows, 1, [3, all.dims[1]!]), picture));
  return op;
}

const wave = (count: number, width: number): Tensor =>
  tensor(
    Float32Array.from({ length: count * width }, (_, i) => Math.sin(i)),
    [1, count, width],
  );

/** The same with numbers. */
function expected(picture: Tensor, text: Tensor): number[] {
  const rows = [...text.data, ...picture.data];
  const count = rows.length / 8;
  const at = (row: number, c: number) => rows[row * 8 + c]!;
  return Array.from(picture.data, (value, i) => {
    const [row, c] = [3 + Math.floor(i / 8), i % 8];
    const first = c < 4 ? 0 : 4;
    const scores = Array.from({ length: count }, (_, k) =>
      Math.exp([0, 1, 2, 3].reduce((sum, d) => sum + at(row, first + d) * at(k, first + d), 0) / 2),
    );
    const total = scores.reduce((a, b) => a + b);
    return value * scores.reduce((sum, score, k) => sum + (score / total) * at(k, c), 0);
  });
}

test("one session serves three lengths", async () => {
  const graph = jointAttention();
  const out: Value = graph.outputs[0]!;
  expect(out.dims).toEqual([1, S, 8]);
  const session = await openSession(graph, cpuDevice(), { symbols: { S: 33 } });
  try {
    for (const length of [5, 33, 12]) {
      const [picture, text] = [wave(length, 8), wave(3, 8)];
      const { out: found } = await session.run({ picture, text });
      expect(found!.dims).toEqual([1, length, 8]);
      const wanted = expected(picture, text);
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - found!.data[i]!)))).toBeLessThan(1e-5);
    }
  } finally {
    await session.release();
  }
});

test("estimateMemory() grows with what the symbols stand for, and wants to know it", () => {
  const need = (S: number) => estimateMemory(jointAttention(), { symbols: { S } }).activations;
  expect(need(4096)).toBeGreaterThan(10 * need(256));
  expect(() => estimateMemory(jointAttention())).toThrow(RangeError);
});

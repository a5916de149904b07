import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph, type Value } from "../../companion/graph/graph.ts";
import { inParts, rowsOfEach } from "../../companion/graph/in-parts.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { withInner } from "../../companion/graph/node.ts";
import { add, floats, gelu, matMul, mul, scalar, transpose } from "../../companion/graph/ops.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import type { Tensor } from "../../companion/tensor.ts";
import { runGraph } from "../networks/fixture.ts";

const { randn } = createGenerator(5);

test.each([
  ["one is all", [10, 1], 10],
  ["equal parts", [12, 4], 3],
  ["none of 5 parts: 4 are nearly as many", [1024, 5], 256],
  ["4 are nearer to 3 than 2 are", [1024, 3], 256],
  ["no number near: the last part is smaller", [97, 4], 25],
  ["no more than there are", [3, 9], 1],
  ["none is asked for", [7, 0], 7],
] as const)("rowsOfEach(): %s", (_, [count, wanted], rows) => {
  expect(rowsOfEach(count, wanted)).toBe(rows);
});

/** x [M, 6] · matrix, of which each row is added to itself where `doubled` is fed. */
function network(each: number, x: Tensor, matrix: Tensor) {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const rows = op.input("x", x);
  const doubled = op.freeInput("doubled", { type: "bool", dims: [1] });
  const make = (some: Value) => {
    const factor = transpose(
      op,
      op.once("factor", () => mul(op, floats(op, matrix.data, matrix.dims), scalar(op, 2))),
      [1, 0],
    );
    const made = gelu(op, matMul(op, some, factor));
    return op.either(doubled, { met: () => add(op, made, made), otherwise: () => made });
  };
  op.output("y", inParts(op, rows, each, make));
  return op;
}

test.each([
  ["equal parts", 4],
  ["a smaller one at the end", 5],
  ["one part, and a smaller one", 7],
])("inParts(): %s", async (_, each) => {
  const [x, matrix] = [randn([12, 6]), randn([3, 6])];
  for (const doubled of [0, 1]) {
    const feeds = { x, doubled: { type: "bool", dims: [1], data: Uint8Array.of(doubled) } } as const;
    const [whole, parts] = await Promise.all([12, each].map((rows) => runGraph(network(rows, x, matrix), feeds)));
    expect(parts).toEqual(whole);
  }
});

test("inParts() makes what depends on no part once, and equal parts by the same nodes", () => {
  const { nodes } = network(4, randn([12, 6]), randn([3, 6]));
  const count = (of: typeof nodes, wanted: string) => of.filter(({ operator }) => operator === wanted).length;
  expect([count(nodes, "Transpose"), count(nodes, "Mul"), count(nodes, "Scan")]).toEqual([1, 1, 1]);
  expect(count(withInner(nodes), "MatMul")).toBe(1);
  expect(count(nodes, "MatMul")).toBe(0);
});

test("what lies between is needed once, for one part", () => {
  const bytes = (each: number) => {
    const op = new Graph({ dialect: DIALECTS.cpu });
    const x = op.input("x", { type: "float32", dims: [64, 8] });
    const wide = floats(op, new Float32Array(8 * 512), [8, 512]);
    const narrow = floats(op, new Float32Array(512 * 8), [512, 8]);
    op.output(
      "y",
      inParts(op, x, each, (some) => matMul(op, gelu(op, matMul(op, some, wide)), narrow)),
    );
    return estimateMemory(op).activations;
  };
  // Of 64 rows inside, as they come and as they go; what else there is is the result.
  expect(bytes(64)).toBeGreaterThan(2 * 64 * 512 * 4);
  expect(bytes(8)).toBeLessThan(bytes(64) / 3);
});

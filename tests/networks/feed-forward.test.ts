import { shapesOf } from "../../companion/bench/random-model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { withInner } from "../../companion/graph/node.ts";
import type { Weights } from "../../companion/graph/weights.ts";
import { feedForward } from "../../companion/networks/blocks/feed-forward.ts";

const built = (innerBytes: number, w: Weights) => {
  const op = new Graph({ dialect: { ...DIALECTS.cpu, innerBytes } });
  op.output("y", feedForward(op, w, op.input("x", { type: "float32", dims: [2, 5, 4] })));
  return op;
};

test("feedForward() computes as many rows at once as the dialect allows, each by the same weights", () => {
  // A row of 4 numbers is 32 inside: 128 bytes.
  for (const [bytes, rows] of [
    [Number.POSITIVE_INFINITY, [10]],
    // Two parts of 4 by the same nodes, and what is left.
    [128 * 4, [4, 2]],
    // Two equal ones.
    [128 * 5, [5]],
    [1, [1]],
  ] as const)
    shapesOf((w) => {
      const { nodes, outputs } = built(bytes, w);
      const gelus = withInner(nodes).filter(({ operator }) => operator === "Gelu");
      expect(gelus.map(({ outputs: [value] }) => value!.dims.at(-2))).toEqual(rows);
      expect(outputs[0]!.dims).toEqual([2, 5, 4]);
    });
});

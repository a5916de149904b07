import { dimAt, isFixed } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { inParts, rowsOfEach } from "../../graph/in-parts.ts";
import { linear } from "../../graph/layers.ts";
import { gelu, mul, reshape, split } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/**
 * x [B, S, C] → [B, S, C]: four times wider inside, gated by GELU (Shazeer 2020, GEGLU), some rows at a time. Keys: 0.proj 2.
 */
export function feedForward(op: Graph, w: Weights, x: Value): Value {
  const width = dimAt(x, 2);
  const rows = reshape(op, x, [-1, width]);
  const count = rows.dims[0]!;
  if (!isFixed(count)) return someRows(op, w, x);
  const wanted = Math.ceil((count * inside(width) * 4) / op.dialect.innerBytes);
  const result = op.scope(w.path, () =>
    inParts(op, rows, rowsOfEach(count, Math.min(wanted, MOST_PARTS)), (some) => someRows(op, w, some)),
  );
  return op.scope(w.path, () => reshape(op, result, x.dims));
}

/** Each takes its time. */
const MOST_PARTS = 16;

/** Numbers of a row inside: those that are gated, and their gates. */
const inside = (width: number) => 8 * width;

/** x [..., C] → the same dims. */
function someRows(op: Graph, w: Weights, x: Value): Value {
  const width = dimAt(x, -1);
  const both = linear(op, w.at("0.proj"), x, inside(width));
  const gated = op.scope(w.path, () => {
    const [h, gate] = split(op, both, 2, x.dims.length - 1) as [Value, Value];
    return mul(op, h, gelu(op, gate));
  });
  return linear(op, w.at("2"), gated, width);
}

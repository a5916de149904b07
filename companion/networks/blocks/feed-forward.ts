import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linear } from "../../graph/layers.ts";
import { gelu, mul, split } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/** x [B, S, C] → [B, S, C]: four times wider inside, gated by GELU (Shazeer 2020, GEGLU). Keys: 0.proj 2. */
export function feedForward(op: Graph, w: Weights, x: Value): Value {
  const width = dimAt(x, 2);
  const both = linear(op, w.at("0.proj"), x, 8 * width);
  const gated = op.scope(w.path, () => {
    const [h, gate] = split(op, both, 2, 2) as [Value, Value];
    return mul(op, h, gelu(op, gate));
  });
  return linear(op, w.at("2"), gated, width);
}

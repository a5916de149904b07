import type { Graph, Value } from "../../graph/graph.ts";
import { mul, silu } from "../../graph/ops.ts";

/** silu(gate) · up, of equal dims. Shazeer 2020, "GLU Variants Improve Transformer", equation 6. */
export const swiglu = (op: Graph, gate: Value, up: Value): Value => mul(op, silu(op, gate), up);

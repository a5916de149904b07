import type { Graph, Value } from "../../graph/graph.ts";
import { gelu, mish, quickGelu, silu, tanhGelu } from "../../graph/ops.ts";

/** An element-wise activation by the name that config.json gives it. quick_gelu is x · sigmoid(1.702 x). */
export const ACTIVATIONS = {
  silu,
  gelu,
  gelu_pytorch_tanh: tanhGelu,
  mish,
  quick_gelu: (op: Graph, x: Value): Value => quickGelu(op, x, 1.702),
} as const;

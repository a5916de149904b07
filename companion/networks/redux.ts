/** ReduxImageEncoder of diffusers: Black Forest Labs 2024, FLUX.1 Redux. What a picture's patches are as words of a prompt. */
import { Graph, type GraphOptions } from "../graph/graph.ts";
import { linear } from "../graph/layers.ts";
import { cast, silu } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import type { ReduxConfig } from "./configs.ts";

/** Of the inner layer, by the outer one's. */
const WIDER = 3;

/** `states` [1, tokens, redux_dim] → `words` [1, tokens, txt_in_features]. Keys: redux_up redux_down. */
export function reduxGraph(
  { redux_dim, txt_in_features: width }: ReduxConfig,
  weights: Weights,
  { tokens }: { readonly tokens: number },
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const states = cast(op, op.input("states", { type: "float32", dims: [1, tokens, redux_dim] }), op.float);
  const wide = silu(op, linear(op, weights.at("redux_up"), states, WIDER * width));
  op.output("words", cast(op, linear(op, weights.at("redux_down"), wide, width), "float32"));
  return op;
}

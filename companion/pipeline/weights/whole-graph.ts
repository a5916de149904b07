import { refuseLeftovers } from "../../checkpoint/identify/leftovers.ts";
import type { Graph } from "../../graph/graph.ts";
import { type WeightStore, Weights } from "../../graph/weights.ts";

/** A graph of all of a file's weights. Throws Problem "weights-…" where it lacks one or has one too many. */
export function wholeGraph(store: WeightStore, build: (weights: Weights) => Graph): Graph {
  const weights = new Weights(store);
  const graph = build(weights);
  refuseLeftovers(weights.unused(), store.origin);
  return graph;
}

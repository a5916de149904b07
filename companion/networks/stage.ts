import type { Graph, Value } from "../graph/graph.ts";

/** A part of an autoencoder. One after the other they are the whole. */
export interface Stage {
  /** Where it lies in the weights. */
  readonly path: string;
  /** Rows of its result for each row of its input: ½ or 2, where it needs nothing of the whole, or 1. */
  readonly scale: number;
  /**
   * On how many rows above and below its own rows of the input a strip of the result depends, between two things for which
   * it needs the whole (moments of group norms, attention's keys and values); even where `scale` is ½.
   */
  readonly halo: number;
  /** x [B, C, H, W] → [B, C', scale·H, W'], both in the graph's float type. */
  apply(op: Graph, x: Value): Value;
}

import type { Dialect } from "../graph/dialect.ts";
import type { Quantizer } from "../graph/graph.ts";
import type { WeightStore, Weights } from "../graph/weights.ts";

export interface BuildOptions {
  readonly dialect: Dialect;
  readonly quantizer?: Quantizer;
}

/** How a network computes in whole numbers of 8 bits. */
export interface IntegerRules {
  /** Paths of layers that lose too much by it, and stay as they are. */
  readonly sensitive: readonly RegExp[];
  /**
   * What linear layers read: in one range each time ("whole"), or turned by groups and each row in its own range ("rows": for
   * transformers, of whose rows a few numbers exceed all others by far). See graph/integer-lowerings.ts.
   */
  readonly ranges: "whole" | "rows";
}

/** A network of a model, for what has to know all of its layers: `build` makes its graph, small, and opens nothing. */
export interface Network<S extends WeightStore = WeightStore> {
  readonly weights: S;
  /** How it computes in whole numbers of 8 bits. Absent: all of it, in one range for all that a layer reads. */
  readonly integers?: IntegerRules;
  build(weights: Weights, options: BuildOptions): unknown;
}

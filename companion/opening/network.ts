import type { Dialect } from "../graph/dialect.ts";
import type { Quantizer } from "../graph/graph.ts";
import type { WeightStore, Weights } from "../graph/weights.ts";

export interface BuildOptions {
  readonly dialect: Dialect;
  readonly quantizer?: Quantizer;
}

/** A network of a model, for what has to know all of its layers: `build` makes its graph, small, and opens nothing. */
export interface Network<S extends WeightStore = WeightStore> {
  readonly weights: S;
  /** Paths of layers that lose too much in whole numbers of 8 bits. Absent: none. */
  readonly sensitive?: readonly RegExp[];
  build(weights: Weights, options: BuildOptions): unknown;
}

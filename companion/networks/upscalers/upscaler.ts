/**
 * Networks that enlarge a picture, each in a file of its own. A graph takes `x` [1, 3, H, W] in 0 … 1 and gives `y`
 * [1, 3, scale·H, scale·W], about 0 … 1.
 */
import type { Dialect } from "../../graph/dialect.ts";
import { Graph, type Value } from "../../graph/graph.ts";
import { cast } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/** Pixels of the input. */
export interface UpscalerShape {
  readonly height: number;
  readonly width: number;
}

/** A network with its dimensions read from the shapes of its tensors. */
export interface Upscaler {
  /** "ESRGAN", "SPAN", … */
  readonly architecture: string;
  readonly scale: number;
  /** Sides of the input are multiples of it. */
  readonly multiple: number;
  /** [1, 3, H, W] in the graph's float type → [1, 3, scale·H, scale·W]. */
  apply(op: Graph, w: Weights, x: Value): Value;
}

export function upscalerGraph(network: Upscaler, weights: Weights, shape: UpscalerShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const x = op.input("x", { type: "float32", dims: [1, 3, shape.height, shape.width] });
  op.output("y", cast(op, network.apply(op, weights, cast(op, x, op.float)), "float32"));
  return op;
}

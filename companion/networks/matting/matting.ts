/**
 * Networks that tell what of a picture is its subject. A graph takes `x` [1, 3, H, W], colours less their usual mean and by their
 * usual deviation, and gives `y` [1, 1, H, W]: 1 where the subject is, 0 where the ground is.
 */
import type { Dialect } from "../../graph/dialect.ts";
import { Graph } from "../../graph/graph.ts";
import { cast, sigmoid } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { type BirefnetConfig, birefnet } from "./birefnet.ts";

export interface MattingShape {
  readonly height: number;
  readonly width: number;
}

/** Of ImageNet's pictures, by which all of them are trained. */
export const MEAN = [0.485, 0.456, 0.406] as const;
export const DEVIATION = [0.229, 0.224, 0.225] as const;

/** Sides are multiples of 32. */
export function mattingGraph(config: BirefnetConfig, weights: Weights, shape: MattingShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const x = op.input("x", { type: "float32", dims: [1, 3, shape.height, shape.width] });
  op.output("y", cast(op, sigmoid(op, birefnet(op, weights, cast(op, x, op.float), config)), "float32"));
  return op;
}

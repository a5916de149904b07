import { fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { reshape, transpose } from "../../graph/ops.ts";

/** A picture [1, C, H, W] as rows of channels [H, W, C]. */
export function rowsOf(op: Graph, x: Value): Value {
  const [, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  return transpose(op, reshape(op, x, [channels, height, width]), [1, 2, 0]);
}

/** The other way round. */
export function pictureOf(op: Graph, x: Value): Value {
  const [height, width, channels] = fixedDims(x.dims) as [number, number, number];
  return reshape(op, transpose(op, x, [2, 0, 1]), [1, channels, height, width]);
}

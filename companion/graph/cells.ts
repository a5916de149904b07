import type { Graph, Value } from "./graph.ts";
import { reshape, transpose } from "./ops.ts";

/** The size of what `fromCells` takes. */
export interface Cells {
  /** Pixels along a cell's side. */
  readonly side: number;
  readonly batch: number;
  /** How many cells lie below and beside each other. */
  readonly down: number;
  readonly across: number;
  readonly channels: number;
}

/**
 * A picture of square cells, whose pixels lie by their place in a cell first: x of side · side · batch · down · across · channels numbers,
 * in this order → [batch, side · down, side · across, channels].
 */
export function fromCells(op: Graph, x: Value, { side, batch, down, across, channels }: Cells): Value {
  const cells = reshape(op, x, [side, side, batch, down, across, channels]);
  return reshape(op, transpose(op, cells, [2, 3, 0, 4, 1, 5]), [batch, side * down, side * across, channels]);
}

/** What is computed some rows at a time, so that what lies between is still in the processor's caches when it is read. */
import { isFixed } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";
import { concat, reshape, slice } from "./ops.ts";

/**
 * Rows of each of about `wanted` parts of `count`: those of equal parts where there are nearly as many, as all of these are computed by the
 * same nodes, or else of parts that leave a smaller one over.
 */
export function rowsOfEach(count: number, wanted: number): number {
  const parts = Math.min(Math.max(Math.ceil(wanted), 1), count);
  const apart = (n: number) => Math.abs(Math.log(n / parts));
  const equal = Array.from({ length: 2 * parts }, (_, i) => i + 1)
    .filter((n) => count % n === 0 && apart(n) <= Math.log(NEARLY))
    .sort((a, b) => apart(a) - apart(b));
  return equal.length > 0 ? count / equal[0]! : Math.ceil(count / parts);
}

const NEARLY = 1.5;

/**
 * x [M, ...], `each` of its rows at a time → what `make` makes of them, [m, N] each, [M, N]. Equal parts are computed by the same nodes,
 * which open once, and pack a matrix once; those that are left over by their own.
 */
export function inParts(op: Graph, x: Value, each: number, make: (some: Value) => Value): Value {
  const [count, ...dims] = x.dims;
  if (!isFixed(count!) || each >= count) return make(x);
  const equal = Math.floor(count / each);
  const parts = reshape(op, slice(op, x, 0, [0, equal * each]), [equal, each, ...(dims as number[])]);
  const made = equal === 1 ? make(slice(op, x, 0, [0, each])) : op.each(parts, make);
  const rows = reshape(op, made, [equal * each, made.dims.at(-1) as number]);
  if (equal * each === count) return rows;
  return concat(op, [rows, make(slice(op, x, 0, [equal * each, count]))], 0);
}

import type { Mask } from "../../shared/mask.ts";

/** Values of square cells that a picture is divided into, row-major; the last ones may stick out. */
export interface CellGrid {
  readonly values: Float64Array;
  /** Cells in a row. */
  readonly columns: number;
  /** Pixels of a cell, along a side. */
  readonly cell: number;
}

/** What the middles of the cells say, interpolated, for each pixel where the mask is not 0; `put` gets its index. */
export function interpolateCells(
  { values, columns, cell }: CellGrid,
  { width, height, data }: Mask,
  put: (pixel: number, value: number) => void,
): void {
  const rows = values.length / columns;
  const places = Array.from({ length: width }, (_, x) => between(x, { cells: columns, cell }));
  const lefts = Int32Array.from(places, ([left]) => left);
  const rights = Int32Array.from(places, ([, right]) => right);
  const shares = Float64Array.from(places, ([, , across]) => across);
  for (let y = 0, i = 0; y < height; y++) {
    const [top, bottom, down] = between(y, { cells: rows, cell });
    for (let x = 0; x < width; x++, i++) {
      if (data[i] === 0) continue;
      const [left, right, across] = [lefts[x]!, rights[x]!, shares[x]!];
      const upper = values[top * columns + left]! * (1 - across) + values[top * columns + right]! * across;
      const lower = values[bottom * columns + left]! * (1 - across) + values[bottom * columns + right]! * across;
      put(i, upper * (1 - down) + lower * down);
    }
  }
}

/** The two cells around a pixel along an axis, and how far it is on the way to the second. */
function between(
  pixel: number,
  { cells, cell }: { readonly cells: number; readonly cell: number },
): readonly [number, number, number] {
  const place = Math.min(Math.max((pixel + 0.5) / cell - 0.5, 0), cells - 1);
  const first = Math.min(Math.floor(place), Math.max(cells - 2, 0));
  return [first, Math.min(first + 1, cells - 1), place - first];
}

/** Which parts of two pictures show the same. */
import type { Plane } from "./plane.ts";

/** Pixels of a part, along a side. */
export const PART = 16;
/** Levels of 255: what varies less shows nothing to compare by. */
const LEAST_DEVIATION = 3;

/** Parts in rows from the top left. Those at the right and lower edge may be smaller. */
export interface Parts {
  readonly columns: number;
  readonly rows: number;
  /** Of each: how alike it is in both, −1 … 1 (the correlation of its pixels); NaN where the first shows nothing there. */
  readonly likeness: Float32Array;
}

/** Whatever their light and contrast. Both of one size, at the same places. */
export function compareParts(a: Plane, b: Plane): Parts {
  const [columns, rows] = [Math.ceil(a.width / PART), Math.ceil(a.height / PART)];
  const likeness = new Float32Array(columns * rows);
  for (let row = 0, part = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, part++) likeness[part] = likenessAt(a, b, [column, row]);
  return { columns, rows, likeness };
}

function likenessAt(a: Plane, b: Plane, [column, row]: readonly [number, number]): number {
  const right = Math.min((column + 1) * PART, a.width);
  const bottom = Math.min((row + 1) * PART, a.height);
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let y = row * PART; y < bottom; y++)
    for (let x = column * PART, i = y * a.width + x; x < right; x++, i++) {
      const [p, q] = [a.data[i]!, b.data[i]!];
      n++;
      sa += p;
      sb += q;
      saa += p * p;
      sbb += q * q;
      sab += p * q;
    }
  const [va, vb, cov] = [saa / n - (sa / n) ** 2, sbb / n - (sb / n) ** 2, sab / n - (sa / n) * (sb / n)];
  if (va < LEAST_DEVIATION ** 2) return Number.NaN;
  return vb <= 0 ? 0 : cov / Math.sqrt(va * vb);
}

/** The part that a pixel lies in. */
export const partAt = (x: number, y: number, { columns }: Pick<Parts, "columns">): number =>
  Math.floor(y / PART) * columns + Math.floor(x / PART);

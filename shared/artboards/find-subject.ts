/** Where the subject of a picture is, for somebody to correct. */
import { findGround } from "../cut-out/ground.ts";
import type { Rect } from "../geometry.ts";
import type { PixelImage } from "../pixels.ts";

/** Cells of the longer side: a subject is larger than a cell. */
const CELLS = 48;
/** Share of the subject's weight that is left out at each of its four sides. */
const TAIL = 0.03;
/** Around what was found, of its sides. */
const ROOM = 0.04;

/**
 * The box of what differs from the picture's border, 0 … 1 of its width and height. A plain ground counts by its own plane of colour, any
 * other by the distance to the colours that the border shows (the boundary prior of Wei et al. 2012, "Geodesic Saliency Using
 * Background Priors", without its paths); what is in the middle counts more. Of a picture that is cut out already it is what shows. The
 * whole picture, less an edge, where nothing differs.
 */
export function findSubject(image: PixelImage): Rect {
  const cells = cellsOf(image);
  const weights = isCutOut(cells) ? cells.opacity : weighted(cells, strangenessOf(image, cells));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
  const [x, width] = spanOf(sumsAlong(weights, cells, "columns"), total);
  const [y, height] = spanOf(sumsAlong(weights, cells, "rows"), total);
  return { x, y, width, height };
}

function strangenessOf(image: PixelImage, cells: Cells): number[] {
  const ground = findGround(image);
  return ground ? differences(cells, image, (channel, x, y) => ground.at(channel, x, y)) : fromBorder(cells);
}

/** Whether most of its border shows nothing. */
function isCutOut({ columns, rows, opacity }: Cells): boolean {
  const border = opacity.filter((_, i) => isBorder(i, { columns, rows }));
  return border.filter((value) => value < 0.5).length > border.length / 2;
}

function isBorder(i: number, { columns, rows }: Pick<Cells, "columns" | "rows">): boolean {
  const [x, y] = [i % columns, Math.floor(i / columns)];
  return x === 0 || y === 0 || x === columns - 1 || y === rows - 1;
}

type Color = readonly [r: number, g: number, b: number];

interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** The mean colour of each, and how opaque it is, 0 … 1. */
  readonly colors: readonly Color[];
  readonly opacity: readonly number[];
}

function cellsOf({ width, height, data }: PixelImage): Cells {
  const side = Math.max(1, Math.ceil(Math.max(width, height) / CELLS));
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const sums = new Float64Array(columns * rows * 4);
  const counts = new Float64Array(columns * rows);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      const at = Math.floor(y / side) * columns + Math.floor(x / side);
      counts[at]!++;
      const alpha = data[i + 3]! / 255;
      for (let c = 0; c < 3; c++) sums[at * 4 + c]! += data[i + c]! * alpha;
      sums[at * 4 + 3]! += alpha;
    }
  const mean = (at: number, c: number) => (sums[at * 4 + 3] ? sums[at * 4 + c]! / sums[at * 4 + 3]! : 255);
  const indices = [...counts.keys()];
  const colors = indices.map((at): Color => [mean(at, 0), mean(at, 1), mean(at, 2)]);
  return { columns, rows, colors, opacity: indices.map((at) => sums[at * 4 + 3]! / counts[at]!) };
}

const distance = (a: Color, b: Color) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

function differences(
  { columns, rows, colors }: Cells,
  { width, height }: PixelImage,
  groundAt: (channel: number, x: number, y: number) => number,
): number[] {
  return colors.map((color, i) => {
    const x = (((i % columns) + 0.5) / columns) * width;
    const y = ((Math.floor(i / columns) + 0.5) / rows) * height;
    return distance(color, [groundAt(0, x, y), groundAt(1, x, y), groundAt(2, x, y)]);
  });
}

/** Nearest colours of the border, of which the subject may touch a part. */
const NEAREST = 0.15;

function fromBorder({ columns, rows, colors }: Cells): number[] {
  const border = colors.filter((_, i) => isBorder(i, { columns, rows }));
  const near = Math.max(1, Math.round(NEAREST * border.length));
  return colors.map((color) => {
    const sorted = border.map((other) => distance(color, other)).sort((a, b) => a - b);
    return sorted.slice(0, near).reduce((sum, each) => sum + each, 0) / near;
  });
}

/** Levels of colour below which nothing differs. */
const LEAST = 12;

/** Above the threshold between subject and ground, most in the middle. */
function weighted({ columns, rows, opacity }: Cells, strangeness: readonly number[]): number[] {
  const limit = Math.max(LEAST, otsu(strangeness));
  return strangeness.map((value, i) => {
    if (value <= limit || opacity[i]! < 0.5) return 0;
    const [dx, dy] = [((i % columns) + 0.5) / columns - 0.5, (Math.floor(i / columns) + 0.5) / rows - 0.5];
    return Math.exp(-4 * (dx * dx + dy * dy)) * (value - limit + LEAST);
  });
}

/** The threshold with the largest variance between what lies on either side of it (Otsu 1979). */
function otsu(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let [below, best, threshold] = [0, -1, 0];
  sorted.forEach((value, i) => {
    below += value;
    const [left, right] = [i + 1, sorted.length - i - 1];
    if (right === 0) return;
    const between = left * right * (below / left - (total - below) / right) ** 2;
    if (between > best) [best, threshold] = [between, (value + sorted[i + 1]!) / 2];
  });
  return threshold;
}

function sumsAlong(weights: readonly number[], { columns, rows }: Cells, axis: "columns" | "rows"): number[] {
  const sums = Array.from({ length: axis === "columns" ? columns : rows }, () => 0);
  weights.forEach((weight, i) => {
    sums[axis === "columns" ? i % columns : Math.floor(i / columns)]! += weight;
  });
  return sums;
}

function spanOf(sums: readonly number[], total: number): [at: number, length: number] {
  const cut = TAIL * total;
  const first = (of: readonly number[]) => {
    let sum = 0;
    return of.findIndex((value) => {
      sum += value;
      return sum > cut;
    });
  };
  const [start, end] = [first(sums), sums.length - first([...sums].reverse())];
  const room = ROOM * (end - start);
  const from = Math.max(0, start - room) / sums.length;
  return [from, Math.min(sums.length, end + room) / sums.length - from];
}

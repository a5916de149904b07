/**
 * What an outline covers of a raster. A canvas takes shorter ways along curves, and covers pixels that they do not touch (of 60 ellipses 84,
 * by up to 38 of 255); this does not, and gives the same numbers in every browser.
 */
import type { Affine } from "../../../shared/affine.ts";
import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type { MaskOutline } from "../../bridge.ts";

/** Lines that are looked along within each row of pixels. */
const LINES = 16;
/** Pixels of the raster that a piece of a curve may be off. */
const TOLERANCE = 0.005;
/** Of 255: what is left over is arithmetic. */
const ROUNDING = 1e-3;

type Point = readonly [number, number];

/** Where the outline crosses a line, and which way: down 1, up −1. */
interface Crossing {
  readonly x: number;
  readonly way: 1 | -1;
}

/**
 * How much of each pixel of a raster of `size` lies within the outline, 0 … 255, row-major: along the lines exactly, at least 1 where any
 * of it does. `map`: from the outline's own space to the raster. Problem "internal" where the data are no path.
 */
export function fillPath({ data, rule }: Pick<MaskOutline, "data" | "rule">, map: Affine, size: Size): Uint8Array {
  const lines = crossedLines(polygonsOf(data, map), size.height * LINES);
  const coverage = new Uint8Array(size.width * size.height);
  const row: Row = { parts: new Float64Array(size.width), begun: new Int32Array(size.width + 1) };
  for (let y = 0; y < size.height; y++) {
    row.parts.fill(0);
    row.begun.fill(0);
    for (let line = y * LINES; line < (y + 1) * LINES; line++)
      for (const [from, to] of spansOf(lines.get(line) ?? [], rule)) cover(row, from, to);
    let wholes = 0;
    for (let x = 0; x < size.width; x++) {
      wholes += row.begun[x]!;
      const lineShares = wholes + row.parts[x]!;
      if (lineShares > 0) coverage[y * size.width + x] = Math.ceil((lineShares * 255) / LINES - ROUNDING);
    }
  }
  return coverage;
}

/** What the lines of a row of pixels cover. */
interface Row {
  /** Of each pixel that a span begins or ends in: shares of lines. */
  readonly parts: Float64Array;
  /** So many spans more than at the pixel before go all through this one. */
  readonly begun: Int32Array;
}

/** Adds what a span of a line has of each pixel. */
function cover({ parts, begun }: Row, from: number, to: number): void {
  const [left, right] = [Math.max(from, 0), Math.min(to, parts.length)];
  if (left >= right) return;
  const [first, last] = [Math.floor(left), Math.ceil(right) - 1];
  if (first === last) {
    parts[first] = parts[first]! + right - left;
    return;
  }
  parts[first] = parts[first]! + first + 1 - left;
  parts[last] = parts[last]! + right - last;
  begun[first + 1] = begun[first + 1]! + 1;
  begun[last] = begun[last]! - 1;
}

function* spansOf(crossings: Crossing[], rule: MaskOutline["rule"]): Generator<Point> {
  crossings.sort((a, b) => a.x - b.x);
  let winding = 0;
  for (const [i, { x, way }] of crossings.entries()) {
    winding += rule === "NONZERO" ? way : 1;
    const isIn = rule === "NONZERO" ? winding !== 0 : winding % 2 === 1;
    const next = crossings[i + 1];
    if (isIn && next !== undefined) yield [x, next.x];
  }
}

/** By line, those that the polygons cross; line i lies at (i + ½) / LINES. */
function crossedLines(polygons: readonly (readonly Point[])[], count: number): Map<number, Crossing[]> {
  const lines = new Map<number, Crossing[]>();
  for (const polygon of polygons)
    for (const [i, [x0, y0]] of polygon.entries()) {
      const [x1, y1] = polygon[(i + 1) % polygon.length]!;
      const way = y0 < y1 ? 1 : -1;
      const [top, bottom] = way === 1 ? [y0, y1] : [y1, y0];
      const first = Math.max(Math.ceil(top * LINES - 0.5), 0);
      const end = Math.min(Math.ceil(bottom * LINES - 0.5), count);
      for (let line = first; line < end; line++) {
        const x = x0 + (((line + 0.5) / LINES - y0) * (x1 - x0)) / (y1 - y0);
        const known = lines.get(line);
        if (known) known.push({ x, way });
        else lines.set(line, [{ x, way }]);
      }
    }
  return lines;
}

/** Points that each command takes. */
const POINTS: Readonly<Record<string, number>> = { M: 1, L: 1, Q: 2, C: 3, Z: 0 };

/** The path's parts as polygons on the raster. Open ones are closed, as filling does. */
function polygonsOf(data: string, [[a, c, e], [b, d, f]]: Affine): Point[][] {
  const tokens = data.match(/[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g) ?? [];
  const polygons: Point[][] = [];
  let command = "";
  for (let at = 0; at < tokens.length; ) {
    // Numbers without a letter go on as before; after a beginning they are lines.
    const isNamed = /^[A-Za-z]/.test(tokens[at]!);
    if (isNamed) command = tokens[at++]!;
    else command = command === "M" ? "L" : command;
    const count = isNamed || command !== "Z" ? POINTS[command] : undefined;
    const numbers = tokens.slice(at, at + 2 * (count ?? 0)).map(Number);
    const isWhole = numbers.length === 2 * (count ?? 0) && numbers.every(Number.isFinite);
    const isNext = command === "M" || polygons.length > 0;
    if (count === undefined || !isWhole || !isNext)
      throw new Problem("internal", "Figma described a shape in a way that the plugin does not understand");
    at += numbers.length;
    const points = Array.from({ length: count }, (_, i): Point => {
      const [x, y] = [numbers[2 * i]!, numbers[2 * i + 1]!];
      return [a * x + c * y + e, b * x + d * y + f];
    });
    if (command === "M") polygons.push([points[0]!]);
    // What follows begins where the closed part began.
    else if (command === "Z") polygons.push([polygons.at(-1)![0]!]);
    else polygons.at(-1)!.push(...curve([polygons.at(-1)!.at(-1)!, ...points]));
  }
  return polygons;
}

/**
 * A line or a Bézier curve from its first point on, in pieces short enough (Wang's formula: Goldman, "Pyramid Algorithms", 2003, section
 * 5.6.3).
 */
function curve(points: readonly Point[]): Point[] {
  const degree = points.length - 1;
  let bend = 0;
  for (let i = 0; i + 2 < points.length; i++) {
    const [p, q, r] = [points[i]!, points[i + 1]!, points[i + 2]!];
    bend = Math.max(bend, Math.hypot(p[0] - 2 * q[0] + r[0], p[1] - 2 * q[1] + r[1]));
  }
  const pieces = Math.max(Math.ceil(Math.sqrt((degree * (degree - 1) * bend) / (8 * TOLERANCE))), 1);
  return Array.from({ length: pieces }, (_, i) =>
    i === pieces - 1 ? points[degree]! : along(points, (i + 1) / pieces),
  );
}

/** De Casteljau's algorithm. */
function along(points: readonly Point[], share: number): Point {
  let left = points;
  while (left.length > 1)
    left = left.slice(1).map(([x, y], i): Point => {
      const [px, py] = left[i]!;
      return [px + (x - px) * share, py + (y - py) * share];
    });
  return left[0]!;
}

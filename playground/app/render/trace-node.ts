/** Outlines of what is painted, found in its pixels: marching squares (Lorensen and Cline 1987, in the plane). */
import { overhang } from "../../host/bounds.ts";
import type { VectorPath } from "../../host/record.ts";
import { invert, type Point } from "../../host/transform.ts";
import { type Drawing, drawSilhouette } from "./draw-node.ts";
import { createSurface } from "./surface.ts";

/** Pixels of the drawing in one of the node's own. */
const FINENESS = 4;
const LONGEST_SIDE = 2048;
const LEVEL = 127.5;

/** The outline of a node's fill or stroke in its own space, to about a tenth of a pixel. */
export function traceNode(drawing: Drawing, id: string, part: "fill" | "stroke"): VectorPath[] {
  const { scene } = drawing;
  const node = scene.get(id);
  // Letters may stick out of their box.
  const letters = node.type === "TEXT" ? node.fontSize : 1;
  const margin = letters + (part === "stroke" ? overhang({ ...node, strokeAlign: "OUTSIDE", effects: [] }) : 0);
  const [width, height] = [node.width + 2 * margin, node.height + 2 * margin];
  const scale = Math.min(FINENESS, LONGEST_SIDE / Math.max(width, height));
  const { context } = createSurface(Math.ceil(width * scale) + 2, Math.ceil(height * scale) + 2);
  context.setTransform(scale, 0, 0, scale, margin * scale + 1, margin * scale + 1);
  const [[a, c, e], [b, d, f]] = invert(scene.absoluteTransform(id));
  context.transform(a, b, c, d, e, f);
  drawSilhouette(drawing, context, id, part);
  const { canvas } = context;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const own = (at: number) => Math.round(((at - 0.5) / scale - margin) * 100) / 100;
  const loops = loopsOf(pixels).map(straightened);
  const data = loops.map((loop) => `M ${loop.map(({ x, y }) => `${own(x)} ${own(y)}`).join(" L ")} Z`).join(" ");
  return data === "" ? [] : [{ windingRule: "EVENODD", data }];
}

/** Closed lines between what is more than half covered and what is not, in pixels; a pixel's middle is its coordinate. */
function loopsOf({ data, width, height }: ImageData): Point[][] {
  const isInside = (x: number, y: number) => x > 0 && y > 0 && x < width - 1 && y < height - 1;
  /** Nothing is covered along the edge, so that every line closes. */
  const alpha = (x: number, y: number) => (isInside(x, y) ? data[4 * (y * width + x) + 3]! : 0);
  /** Where the level is crossed on the way from one pixel to its neighbour. */
  const crossing = (x: number, y: number, dx: number, dy: number): Point => {
    const [from, to] = [alpha(x, y), alpha(x + dx, y + dy)];
    const share = (LEVEL - from) / (to - from);
    return { x: x + dx * share, y: y + dy * share };
  };
  /** From each crossing, named by its edge, to the next, with the covered side on the right. */
  const next = new Map<number, number>();
  const points = new Map<number, Point>();
  const edge = (x: number, y: number, vertical: 0 | 1) => 2 * (y * width + x) + vertical;
  for (let y = 0; y < height - 1; y++)
    for (let x = 0; x < width - 1; x++) {
      const corners = [alpha(x, y), alpha(x + 1, y), alpha(x + 1, y + 1), alpha(x, y + 1)].map((v) => v > LEVEL);
      if (corners.every((corner) => corner === corners[0])) continue;
      const edges = [edge(x, y, 0), edge(x + 1, y, 1), edge(x, y + 1, 0), edge(x, y, 1)];
      const places = [
        () => crossing(x, y, 1, 0),
        () => crossing(x + 1, y, 0, 1),
        () => crossing(x, y + 1, 1, 0),
        () => crossing(x, y, 0, 1),
      ];
      for (let i = 0; i < 4; i++) {
        // A line goes in where, clockwise, bare turns to covered, and out at the next turn back.
        if (corners[i] || !corners[(i + 1) % 4]) continue;
        let out = (i + 1) % 4;
        while (corners[(out + 1) % 4]) out = (out + 1) % 4;
        next.set(edges[i]!, edges[out]!);
        points.set(edges[i]!, places[i]!());
      }
    }
  const loops: Point[][] = [];
  for (const start of points.keys()) {
    if (!next.has(start)) continue;
    const loop: Point[] = [];
    for (let at: number | undefined = start; at !== undefined; ) {
      loop.push(points.get(at)!);
      const following: number | undefined = next.get(at);
      next.delete(at);
      at = following !== undefined && next.has(following) ? following : undefined;
    }
    loops.push(loop);
  }
  return loops;
}

/** Without the points that lie on the line between their neighbours. */
function straightened(loop: readonly Point[]): Point[] {
  return loop.filter((point, i) => {
    const [before, after] = [loop.at(i - 1)!, loop[(i + 1) % loop.length]!];
    const turn = (point.x - before.x) * (after.y - before.y) - (point.y - before.y) * (after.x - before.x);
    return Math.abs(turn) > 1e-3;
  });
}

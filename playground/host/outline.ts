/** The outline of a node in its own space, as Figma's fillGeometry has it: absolute M, L, C and Z. */
import { type PathCommand, writePath } from "./path.ts";
import type { NodeRecord, VectorPath } from "./record.ts";
import type { Point } from "./transform.ts";

/** What the fill covers, for kinds whose shape follows from their numbers; a text's or a boolean operation's does not. */
export function outlineOf(node: NodeRecord): readonly VectorPath[] {
  switch (node.type) {
    case "ELLIPSE":
      return [closed(ellipse(node))];
    case "POLYGON":
      return [closed(polygon(star(node, 1)))];
    case "STAR":
      return [closed(polygon(star(node, node.innerRadius)))];
    case "LINE":
      return [];
    case "VECTOR":
      return node.vectorPaths.filter(({ windingRule }) => windingRule !== "NONE");
    default:
      return [closed(rounded(node))];
  }
}

const closed = (commands: readonly PathCommand[]): VectorPath => ({
  windingRule: "NONZERO",
  data: writePath(commands),
});
const move = (point: Point): PathCommand => ({ code: "M", points: [point] });
const line = (point: Point): PathCommand => ({ code: "L", points: [point] });
const CLOSE: PathCommand = { code: "Z", points: [] };

function polygon([first, ...others]: readonly Point[]): PathCommand[] {
  return [move(first!), ...others.map(line), CLOSE];
}

function star({ width, height, pointCount }: NodeRecord, innerRadius: number): Point[] {
  const corners = innerRadius === 1 ? pointCount : pointCount * 2;
  return Array.from({ length: corners }, (_, i) => {
    const angle = (i / corners) * 2 * Math.PI - Math.PI / 2;
    const radius = innerRadius !== 1 && i % 2 === 1 ? innerRadius : 1;
    return {
      x: (width / 2) * (1 + Math.cos(angle) * radius),
      y: (height / 2) * (1 + Math.sin(angle) * radius),
    };
  });
}

interface Arc {
  readonly centre: Point;
  readonly rx: number;
  readonly ry: number;
  readonly from: number;
  readonly to: number;
}

const pointAt = ({ centre, rx, ry }: Arc, angle: number): Point => ({
  x: centre.x + rx * Math.cos(angle),
  y: centre.y + ry * Math.sin(angle),
});

/** Cubic curves of at most a quarter turn each: within 0.03 % of the radius. */
function arc(whole: Arc): PathCommand[] {
  const { rx, ry, from, to } = whole;
  const count = Math.max(1, Math.ceil(Math.abs(to - from) / (Math.PI / 2) - 1e-9));
  const step = (to - from) / count;
  const reach = (4 / 3) * Math.tan(step / 4);
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [from + i * step, from + (i + 1) * step];
    const [p, q] = [pointAt(whole, a), pointAt(whole, b)];
    const handles = [
      { x: p.x - reach * rx * Math.sin(a), y: p.y + reach * ry * Math.cos(a) },
      { x: q.x + reach * rx * Math.sin(b), y: q.y - reach * ry * Math.cos(b) },
    ];
    return { code: "C", points: [...handles, q] };
  });
}

function ellipse({ width, height, arcData: { startingAngle: from, endingAngle: to, innerRadius } }: NodeRecord) {
  const outer: Arc = { centre: { x: width / 2, y: height / 2 }, rx: width / 2, ry: height / 2, from, to };
  const inner = { ...outer, rx: outer.rx * innerRadius, ry: outer.ry * innerRadius, from: to, to: from };
  const isWhole = Math.abs(to - from) >= 2 * Math.PI - 1e-6;
  const rim = [move(pointAt(outer, from)), ...arc(outer)];
  if (innerRadius > 0)
    return [
      ...rim,
      ...(isWhole ? [CLOSE, move(pointAt(inner, to))] : [line(pointAt(inner, to))]),
      ...arc(inner),
      CLOSE,
    ];
  return isWhole ? [...rim, CLOSE] : [...rim, line(outer.centre), CLOSE];
}

function rounded({ width, height, radii }: NodeRecord): PathCommand[] {
  const most = Math.min(width, height) / 2;
  const [a, b, c, d] = radii.map((radius) => Math.min(radius, most)) as [number, number, number, number];
  const corner = (x: number, y: number, radius: number, from: number): PathCommand[] => {
    const whole = { centre: { x, y }, rx: radius, ry: radius, from, to: from + Math.PI / 2 };
    return [line(pointAt(whole, from)), ...(radius > 0 ? arc(whole) : [])];
  };
  const [first, ...others] = [
    ...corner(a, a, a, Math.PI),
    ...corner(width - b, b, b, -Math.PI / 2),
    ...corner(width - c, height - c, c, 0),
    ...corner(d, height - d, d, Math.PI / 2),
  ];
  return [move(first!.points[0]!), ...others, CLOSE];
}

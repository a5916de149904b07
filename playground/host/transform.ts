/** Affine transforms as Figma writes them: [[a, c, tx], [b, d, ty]], mapping (x, y) to (a·x + c·y + tx, b·x + d·y + ty). */
export type Transform = readonly [readonly [number, number, number], readonly [number, number, number]];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const IDENTITY: Transform = [
  [1, 0, 0],
  [0, 1, 0],
];

export const translation = (x: number, y: number): Transform => [
  [1, 0, x],
  [0, 1, y],
];

/** First `inner`, then `outer`. */
export function multiply(outer: Transform, inner: Transform): Transform {
  const [[a, c, x], [b, d, y]] = outer;
  const [[e, g, u], [f, h, v]] = inner;
  return [
    [a * e + c * f, a * g + c * h, a * u + c * v + x],
    [b * e + d * f, b * g + d * h, b * u + d * v + y],
  ];
}

export function invert([[a, c, x], [b, d, y]]: Transform): Transform {
  const determinant = a * d - b * c;
  if (determinant === 0) throw new Error("A transform without an area cannot be inverted");
  const [p, q, r, s] = [d / determinant, -c / determinant, -b / determinant, a / determinant];
  return [
    [p, q, -(p * x + q * y)],
    [r, s, -(r * x + s * y)],
  ];
}

export const apply = ([[a, c, x], [b, d, y]]: Transform, point: Point): Point => ({
  x: a * point.x + c * point.y + x,
  y: b * point.x + d * point.y + y,
});

/** The same axes, another origin. */
export const moveTo = ([[a, c], [b, d]]: Transform, origin: Point): Transform => [
  [a, c, origin.x],
  [b, d, origin.y],
];

export const originOf = ([[, , x], [, , y]]: Transform): Point => ({ x, y });

/** Counter-clockwise degrees of the x axis, in (-180, 180]: Figma's `rotation`. */
export function rotationOf([[a], [b]]: Transform): number {
  const degrees = (Math.atan2(-b, a) * 180) / Math.PI;
  return degrees === 0 ? 0 : degrees;
}

/** Turns about the origin (top-left corner) to `degrees`, counter-clockwise, keeping a flip. */
export function withRotation(transform: Transform, degrees: number): Transform {
  const [[a, c, x], [b, d, y]] = transform;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const flip = a * d - b * c < 0 ? -1 : 1;
  return [
    [cos, sin * flip, x],
    [-sin, cos * flip, y],
  ];
}

export const cornersOf = ({ x, y, width, height }: Box): readonly Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

/** The smallest upright box around points. */
export function boxAround(points: readonly Point[]): Box {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

export const unionOf = (boxes: readonly Box[]): Box => boxAround(boxes.flatMap(cornersOf));

/** What two boxes share, or null where they share nothing. */
export function intersectionOf(a: Box, b: Box): Box | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

export const mapBox = (transform: Transform, box: Box): Box =>
  boxAround(cornersOf(box).map((corner) => apply(transform, corner)));

export const grown = ({ x, y, width, height }: Box, by: number): Box => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

export const contains = (box: Box, point: Point): boolean =>
  point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;

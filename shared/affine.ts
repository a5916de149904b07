/**
 * Affine maps of the plane, as Figma writes them: two rows of three, `[[a, c, e], [b, d, f]]`, so that
 * x' = a·x + c·y + e and y' = b·x + d·y + f.
 */
export type Affine = readonly [readonly [number, number, number], readonly [number, number, number]];

export const IDENTITY: Affine = [
  [1, 0, 0],
  [0, 1, 0],
];

/** The map that applies `inner` first, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [[a, c, e], [b, d, f]] = outer;
  const [[p, r, t], [q, s, u]] = inner;
  return [
    [a * p + c * q, a * r + c * s, a * t + c * u + e],
    [b * p + d * q, b * r + d * s, b * t + d * u + f],
  ];
}

/** The inverse map. A map that flattens the plane (determinant 0) has none: RangeError. */
export function invert(map: Affine): Affine {
  const [[a, c, e], [b, d, f]] = map;
  const determinant = a * d - b * c;
  if (determinant === 0) throw new RangeError("Cannot invert an affine map whose determinant is 0");
  const [ia, ic, ib, id] = [d / determinant, -c / determinant, -b / determinant, a / determinant];
  return [
    [ia, ic, -(ia * e + ic * f)],
    [ib, id, -(ib * e + id * f)],
  ];
}

/** True where the map only moves: no rotation, flip, scale or skew beyond `tolerance`. */
export function isTranslation([[a, c], [b, d]]: Affine, tolerance = 1e-6): boolean {
  return (
    Math.abs(a - 1) < tolerance && Math.abs(d - 1) < tolerance && Math.abs(b) < tolerance && Math.abs(c) < tolerance
  );
}

/** The smallest upright rectangle around the image of 0…width × 0…height. */
export function boundsOf(map: Affine, width: number, height: number) {
  const [[a, c, e], [b, d, f]] = map;
  const xs = [e, e + a * width, e + c * height, e + a * width + c * height];
  const ys = [f, f + b * width, f + d * height, f + b * width + d * height];
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Words as pictures of their letters, drawn from strokes: the same on every machine, whatever fonts it has. */
import type { PixelImage } from "../../shared/pixels.ts";

type Point = readonly [x: number, y: number];

/** Of each letter its lines, in a box of 4 × 6 from the upper left: "xy" for each point, lines apart by a space. */
const LINES: Readonly<Record<string, string>> = {
  A: "062046 1434",
  B: "0030414233030006364543 3303",
  C: "4130100105163645",
  D: "00062645412000",
  E: "40000646 0323",
  F: "400006 0323",
  H: "0006 4046 0343",
  I: "2026",
  K: "0006 4003 1246",
  L: "000646",
  M: "0600244046",
  N: "06004640",
  O: "103041453616050110",
  P: "06003041423303",
  R: "06003041423303 2346",
  S: "4130100102133344453616",
  T: "0040 2026",
  U: "000516364540",
  W: "0016223640",
  X: "0046 4006",
  Y: "002340 2326",
};

export interface Word {
  readonly text: string;
  /** 0 … 255 each. */
  readonly color: readonly [number, number, number];
  /** Clockwise. Default 0. */
  readonly degrees?: number;
  /** Of the picture's width that the word takes at most. Default 0.84. */
  readonly span?: number;
}

/** Of the letters' box. */
const STROKE = 1;
const ADVANCE = 6;

/** A word of capital letters across the middle of a picture of `width` × `height`, transparent elsewhere. */
export function drawWord({ text, color, degrees = 0, span = 0.84 }: Word, width: number, height: number): PixelImage {
  const long = ADVANCE * text.length - 2;
  const scale = Math.min((span * width) / (long + STROKE), (0.7 * height) / (6 + STROKE));
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const segments = [...text].flatMap((letter, i) => segmentsOf(letter, i * ADVANCE));
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const [dx, dy] = [(x + 0.5 - width / 2) / scale, (y + 0.5 - height / 2) / scale];
      const place: Point = [cos * dx + sin * dy + long / 2, cos * dy - sin * dx + 3];
      const gap = Math.min(...segments.map((segment) => distance(place, segment)));
      const coverage = Math.min(Math.max(0.5 + (STROKE / 2 - gap) * scale, 0), 1);
      if (coverage > 0) data.set([...color, Math.round(255 * coverage)], at);
    }
  return { width, height, data };
}

function segmentsOf(letter: string, left: number): (readonly [Point, Point])[] {
  const lines = LINES[letter];
  if (lines === undefined) throw new RangeError(`There is no letter "${letter}"`);
  return lines.split(" ").flatMap((line) => {
    const points = (line.match(/\d\d/g) ?? []).map((pair): Point => [left + Number(pair[0]), Number(pair[1])]);
    return points.slice(1).map((point, i) => [points[i]!, point] as const);
  });
}

function distance([x, y]: Point, [[ax, ay], [bx, by]]: readonly [Point, Point]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

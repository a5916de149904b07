/** SVG path data in the subset that Figma's vectorPaths use: absolute M, L, C, Q and Z. */
import { type Box, boxAround, type Point } from "./transform.ts";

export interface PathCommand {
  readonly code: "M" | "L" | "C" | "Q" | "Z";
  readonly points: readonly Point[];
}

const POINTS = { M: 1, L: 1, C: 3, Q: 2, Z: 0 } as const;

/** Throws on anything that Figma's parser would refuse. */
export function parsePath(data: string): readonly PathCommand[] {
  const tokens = data.match(/[A-Za-z]|-?\d*\.?\d+(?:e[-+]?\d+)?/gi) ?? [];
  const commands: PathCommand[] = [];
  for (let at = 0; at < tokens.length; ) {
    const code = tokens[at++] as PathCommand["code"];
    const count = POINTS[code];
    if (count === undefined) throw new Error(`Failed to convert path. Invalid command at ${code}`);
    const values = tokens.slice(at, at + count * 2).map(Number);
    if (values.length !== count * 2 || values.some(Number.isNaN))
      throw new Error(`Failed to convert path. ${code} needs ${count * 2} numbers`);
    at += count * 2;
    commands.push({ code, points: values.flatMap((x, i) => (i % 2 === 0 ? [{ x, y: values[i + 1]! }] : [])) });
  }
  return commands;
}

export const writePath = (commands: readonly PathCommand[]): string =>
  commands.map(({ code, points }) => [code, ...points.flatMap((p) => [p.x, p.y])].join(" ")).join(" ");

export const shiftedPath = (data: string, dx: number, dy: number): string =>
  mapPath(data, (p) => ({ x: p.x + dx, y: p.y + dy }));

export const mapPath = (data: string, map: (point: Point) => Point): string =>
  writePath(parsePath(data).map(({ code, points }) => ({ code, points: points.map(map) })));

/** The box around all points, handles included. */
export function pathBox(paths: readonly string[]): Box {
  const points = paths.flatMap((data) => parsePath(data).flatMap((command) => command.points));
  return points.length === 0 ? { x: 0, y: 0, width: 0, height: 0 } : boxAround(points);
}

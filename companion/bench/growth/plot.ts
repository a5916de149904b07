/** Time and memory against what grows, as an SVG: both axes logarithmic, so that what grows in proportion is a line of slope 1. */

export interface Grown {
  readonly name: string;
  readonly points: readonly {
    readonly amount: number;
    readonly label: string;
    readonly seconds: number;
    readonly bytes: number;
  }[];
}

const [WIDE, TALL] = [220, 170];
const MARGIN = { left: 46, right: 14, top: 34, bottom: 30 };
const KINDS = [
  { title: "seconds", color: "#0d99ff", of: ({ seconds }: Grown["points"][number]) => seconds },
  { title: "GiB", color: "#9747ff", of: ({ bytes }: Grown["points"][number]) => bytes / 2 ** 30 },
] as const;

/** A row for time, and one for memory; a column for each. */
export function plotOf(all: readonly Grown[]): string {
  const [width, height] = [all.length * WIDE, KINDS.length * TALL];
  const panels = KINDS.flatMap((kind, row) => all.map((grown, column) => panel(grown, kind, { row, column })));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Inter, Arial, sans-serif" font-size="10">`,
    "<title>How time and memory grow</title>",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel({ name, points }: Grown, { title, color, of }: (typeof KINDS)[number], { row, column }: Place): string {
  const across = logScale(
    points.map(({ amount }) => amount),
    MARGIN.left,
    WIDE - MARGIN.right,
  );
  const up = logScale(points.map(of), TALL - MARGIN.bottom, MARGIN.top, DECADE);
  const places = points.map((point) => [across(point.amount), up(of(point))] as const);
  const dots = places.map(([x, y], i) => {
    const value = of(points[i]!);
    const said = value >= 10 ? value.toFixed(0) : value.toPrecision(2);
    return [
      `<circle cx="${x}" cy="${y}" r="2.5" fill="${color}"/>`,
      `<text x="${x}" y="${round(y - 6)}" text-anchor="middle" fill="#333">${said}</text>`,
      `<text x="${x}" y="${TALL - MARGIN.bottom + 14}" text-anchor="middle" fill="#777">${points[i]!.label}</text>`,
    ].join("");
  });
  return [
    `<g transform="translate(${column * WIDE} ${row * TALL})">`,
    `<text x="${MARGIN.left - 20}" y="14" font-weight="600" fill="#000">${row === 0 ? name : ""}</text>`,
    `<text x="${MARGIN.left - 20}" y="${MARGIN.top - 8}" fill="${color}">${title}</text>`,
    `<polyline points="${places.map((place) => place.join(",")).join(" ")}" fill="none" stroke="${color}" stroke-width="1.5"/>`,
    ...dots,
    "</g>",
  ].join("\n");
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** An axis spans at least so many times its least value. */
const DECADE = 10;

function logScale(values: readonly number[], from: number, to: number, least = 1): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.log(Math.max(high / low, least)) || 1;
  return (value) => round(from + ((to - from) * Math.log(value / low)) / span);
}

const round = (value: number): number => Math.round(value * 10) / 10;

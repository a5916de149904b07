/**
 * `npm run bench -- --only growth [--plot FILE]`: how time and memory grow with what a designer has more of. Each figure is of a
 * process of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { markdownTable } from "../markdown-table.ts";
import { inOwnProcess } from "../own-process.ts";
import { clock, gibibytes, peakOfProcess } from "../report.ts";
import { type Grown, plotOf } from "./plot.ts";
import { SERIES } from "./series.ts";

/** Times that each is measured: the shortest counts. What takes longer than `LONG` seconds is measured once. */
const ROUNDS = 3;
const LONG = 10;

/** Resolves to the exit code. `plot`: where a picture of it goes, as SVG. */
export async function runGrowth(plot: string | undefined): Promise<number> {
  const all: Grown[] = [];
  for (const [at, { name, of, unit, amount }] of SERIES.entries()) {
    console.error(name);
    const points: Grown["points"][number][] = [];
    for (const n of of) {
      const once = () => inOwnProcess(["--serve-growth", String(at), String(n)]);
      const measured = [once()];
      while (measured.length < ROUNDS && measured[0]!.seconds < LONG) measured.push(once());
      const seconds = Math.min(...measured.map((one) => one.seconds));
      const bytes = Math.min(...measured.map((one) => one.bytes));
      points.push({ amount: amount(n), label: `${n}${unit}`, seconds, bytes });
      console.error(`  ${n}${unit}: ${seconds.toFixed(3)} s`);
    }
    all.push({ name, points });
  }
  console.log(growthTable(all));
  if (plot !== undefined) writeFileSync(plot, plotOf(all));
  return 0;
}

/** A Markdown table: `grows` is the power that time follows from the line before; 1 is in proportion. */
export function growthTable(all: readonly Grown[]): string {
  const rows = all.flatMap(({ name, points }) =>
    points.map(({ amount, label, seconds, bytes }, i) => {
      const before = points[i - 1];
      const power = before && Math.log(seconds / before.seconds) / Math.log(amount / before.amount);
      return [i === 0 ? name : "", label, `${seconds.toFixed(3)} s`, power?.toFixed(2) ?? "", gibibytes(bytes)];
    }),
  );
  return markdownTable(["", "how many", "time", "grows", "peak memory"], rows);
}

/** What `runGrowth` starts: one measurement, told as a line of JSON. */
export async function measureGrowth(series: number, n: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-growth-"));
  try {
    const timed = await SERIES[series]!.prepare(n, folder);
    const [, seconds] = await clock(timed);
    console.log(JSON.stringify({ seconds, bytes: peakOfProcess() }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

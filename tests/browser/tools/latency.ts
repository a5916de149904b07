/**
 * From the click to the placed layer: what everything but the networks takes for a 512 × 512 result, step by step. The whole
 * timeline, the plugin's part as well, is left in dist/timeline.json, for ui.perfetto.dev.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ChromeTrace, type TraceEvent } from "../../../companion/profile/chrome-trace.ts";
import { median } from "../../../shared/median.ts";
import type { Driver } from "../driver.ts";
import { pressPrimary, whenOffered } from "../page-clock.ts";
import { toCreate } from "../to-create.ts";
import { withDesigner } from "./designer.ts";

const RUNS = 7;
/** What is asked, milliseconds. */
const TARGET = 150;
const PARTS = ["click to request", "companion besides the networks", "result to screen", "place to placed"] as const;

type Work = Extract<TraceEvent, { ph: "X" }>;

/** When things happened in the plugin, milliseconds since 1970. */
interface Moments {
  readonly clicked: number;
  readonly submitted: number;
  readonly done: number;
  readonly shown: number;
  readonly pressed: number;
  readonly placed: number;
}

export async function run(root: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-latency-"));
  const profile = path.join(folder, "profile.json");
  const runs: Moments[] = [];
  try {
    const settings = { count: 1, steps: 2, seed: 7, seedLocked: true };
    await withDesigner({ root, settings, profile }, async (designer) => {
      await drawEllipse(designer);
      await designer.select("Breakfast", "Ellipse");
      await designer.ui.locator(".crop-mask").waitFor();
      for (let i = 0; i < RUNS; i++) {
        runs.push(await measure(designer));
        await toCreate(designer.ui);
        await designer.ui.locator(".crop-mask").waitFor();
        await designer.page.waitForTimeout(300);
      }
    });
    const events = JSON.parse(readFileSync(profile, "utf8")) as TraceEvent[];
    const rows = runs.map((moments) => rowOf(moments, events));
    for (const [i, row] of rows.entries()) console.log(`run ${i + 1}: ${say(row)}`);
    // The first run opens the model and warms every path: the others are what a designer meets all day.
    const typical = PARTS.map((_, part) => median(rows.slice(1).map((row) => row[part]!)));
    console.log(`median: ${say(typical)}; asked: ${TARGET}`);
    tellCosts(runs.slice(1), events);
    const timeline = path.join(root, "dist/timeline.json");
    writeFileSync(timeline, JSON.stringify([...events, ...pluginEvents(runs)]));
    console.log(`The timeline: ${timeline}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drawEllipse({ page, look, screenBox }: Driver): Promise<void> {
  await look("Picture to repair");
  await page.getByRole("button", { name: "Ellipse" }).click();
  const box = await screenBox("Breakfast");
  await page.mouse.move(box.x + 0.16 * box.width, box.y + 0.16 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.84 * box.width, box.y + 0.84 * box.height, { steps: 4 });
  await page.mouse.up();
}

/** One Fill, placed. */
async function measure({ ui, frames, nextLayer }: Driver): Promise<Moments> {
  frames.length = 0;
  const offered = whenOffered(ui);
  const clicked = await pressPrimary(ui, "Fill");
  const shown = await offered;
  const appeared = nextLayer();
  const pressed = await pressPrimary(ui, "Place");
  const placed = await appeared;
  const [submit, done] = ["submit", "done"].map((type) => frames.find(({ message }) => message.type === type)!);
  return { clicked, submitted: submit!.at, done: done!.at, shown, pressed, placed };
}

/** Milliseconds for each of PARTS. */
function rowOf({ clicked, submitted, done, shown, pressed, placed }: Moments, events: readonly TraceEvent[]): number[] {
  const networks = within({ submitted, done }, events).filter(({ cat }) => cat === "network");
  const inNetworks = networks.reduce((sum, { dur }) => sum + dur / 1000, 0);
  return [submitted - clicked, done - submitted - inNetworks, shown - done, placed - pressed];
}

const within = ({ submitted, done }: Pick<Moments, "submitted" | "done">, events: readonly TraceEvent[]): Work[] =>
  events.flatMap((event) =>
    event.ph === "X" && event.ts / 1000 >= submitted - 5 && event.ts / 1000 <= done ? [event] : [],
  );

/** What the companion does besides running networks, the longest first; what lies inside of other spans counts in both. */
function tellCosts(runs: readonly Moments[], events: readonly TraceEvent[]): void {
  const totals = new Map<string, number>();
  for (const run of runs)
    for (const { name, cat, dur } of within(run, events))
      if (cat !== "network") totals.set(name, (totals.get(name) ?? 0) + dur / 1000 / runs.length);
  for (const [name, ms] of [...totals].sort(([, a], [, b]) => b - a).slice(0, 16))
    console.log(`  ${name.padEnd(24)} ${ms.toFixed(1)} ms`);
}

/** What the plugin did, in a row of its own. */
function pluginEvents(runs: readonly Moments[]): TraceEvent[] {
  const trace = new ChromeTrace();
  const spans = runs.flatMap(({ clicked, submitted, done, shown, pressed, placed }) => [
    { name: "click to request", from: clicked, to: submitted },
    { name: "result to screen", from: done, to: shown },
    { name: "place to placed", from: pressed, to: placed },
  ]);
  return spans.flatMap(({ name, from, to }) =>
    trace
      .eventsOf({ name, category: "wire", at: from * 1000, lasts: (to - from) * 1000, place: "plugin" })
      .map((event) => ({ ...event, pid: 2 })),
  );
}

function say(row: readonly number[]): string {
  const parts = PARTS.map((name, index) => `${name} ${Math.round(row[index]!)} ms`);
  return `${Math.round(row.reduce((sum, ms) => sum + ms, 0))} ms (${parts.join(", ")})`;
}

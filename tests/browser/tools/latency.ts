/**
 * From the click to the placed layer: what everything but the networks takes, step by step, for a picture from words and for a Fill, of
 * 512 × 512 both. The whole timeline, the plugin's part as well, is left in dist/timeline.json, for ui.perfetto.dev.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { ChromeTrace, type TraceEvent } from "../../../companion/profile/chrome-trace.ts";
import { median } from "../../../shared/median.ts";
import type { Driver } from "../driver.ts";
import { pressPrimary, whenOffered } from "../page-clock.ts";
import { toCreate } from "../to-create.ts";
import { withDesigner } from "./designer.ts";
import { choose } from "./paint.ts";

/** Of each kind, besides the first one. */
const RUNS = 20;
/** What is asked, milliseconds. */
const TARGET = 150;
const PARTS = ["click to request", "companion besides the networks", "result to screen", "place to placed"] as const;
/** Spans that are told. */
const MOST_SPANS = 14;

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
  const kinds: { readonly name: string; readonly runs: Moments[]; readonly load: number }[] = [];
  try {
    // The starter draws 128 × 128 by itself.
    const settings = { count: 1, steps: 2, seed: 7, seedLocked: true, sizeFactor: 4 };
    await withDesigner({ root, settings, profile }, async (designer) => {
      await designer.select("Rocket");
      await choose(designer, "Generate");
      await designer.ui.locator("#prompt").fill("a red rocket");
      const ready = () => designer.ui.locator("footer button.primary:enabled", { hasText: "Generate" }).waitFor();
      kinds.push({ name: "From words", runs: await measured(designer, "Generate", ready), load: loadavg()[0]! });
      await drawEllipse(designer);
      await designer.select("Breakfast", "Ellipse");
      await choose(designer, "Fill");
      const masked = () => designer.ui.locator(".crop-mask").waitFor();
      kinds.push({ name: "Fill", runs: await measured(designer, "Fill", masked), load: loadavg()[0]! });
    });
    const events = JSON.parse(readFileSync(profile, "utf8")) as TraceEvent[];
    for (const kind of kinds) tell(kind, events);
    const timeline = path.join(root, "dist/timeline.json");
    writeFileSync(timeline, JSON.stringify([...events, ...pluginEvents(kinds.flatMap(({ runs }) => runs))]));
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

/** The first one opens the model and warms every path. */
async function measured(designer: Driver, verb: string, ready: () => Promise<void>): Promise<Moments[]> {
  const runs: Moments[] = [];
  for (let i = 0; i <= RUNS; i++) {
    await ready();
    // What the last one set off is done.
    await designer.page.waitForTimeout(300);
    runs.push(await measure(designer, verb));
    await toCreate(designer.ui);
  }
  return runs;
}

/** One picture, placed. */
async function measure({ ui, frames, nextLayer }: Driver, verb: string): Promise<Moments> {
  frames.length = 0;
  const offered = whenOffered(ui);
  const clicked = await pressPrimary(ui, verb);
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

/** A table: of the first picture, and of the others the median and the least. */
function tell(
  { name, runs, load }: { readonly name: string; readonly runs: readonly Moments[]; readonly load: number },
  events: readonly TraceEvent[],
): void {
  const all = runs.map((moments) => rowOf(moments, events));
  const rows = all.map((row) => [...row, row.reduce((sum, ms) => sum + ms, 0)]);
  const [first, ...others] = rows as [number[], ...number[][]];
  console.log(
    `\n${name}, 512 × 512, milliseconds, ${others.length} runs, load ${load.toFixed(1)}; asked: ${TARGET} all in all`,
  );
  console.log(line("", ["median", "least", "first"]));
  for (const [part, title] of [...PARTS, "all but the networks"].entries()) {
    const times = others.map((row) => row[part]!);
    console.log(line(title, [median(times), Math.min(...times), first[part]!].map(whole)));
  }
  tellSpans(runs, events);
}

const whole = (ms: number) => String(Math.round(ms));
const line = (title: string, cells: readonly string[]) =>
  [title.padEnd(34), ...cells.map((cell) => cell.padStart(9))].join("");

/** What the companion does besides running networks, the longest first; what lies inside of other spans counts in both. */
function tellSpans(runs: readonly Moments[], events: readonly TraceEvent[]): void {
  const perRun = runs.map((moments) => {
    const own = new Map<string, number>();
    for (const { name, cat, dur } of within(moments, events))
      if (cat !== "network") own.set(name, (own.get(name) ?? 0) + dur / 1000);
    return own;
  });
  const [first, ...others] = perRun as [Map<string, number>, ...Map<string, number>[]];
  const names = new Set(perRun.flatMap((own) => [...own.keys()]));
  const spans = [...names].map((name) => {
    const times = others.map((own) => own.get(name) ?? 0);
    return { name, median: median(times), least: Math.min(...times), first: first.get(name) ?? 0 };
  });
  for (const span of spans.sort((a, b) => b.median - a.median || b.first - a.first).slice(0, MOST_SPANS))
    console.log(
      line(
        `  ${span.name}`,
        [span.median, span.least, span.first].map((ms) => ms.toFixed(1)),
      ),
    );
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

/**
 * Live from the edit to the picture on the screen, 50 times with the starter: what that takes and where, and what it looks like
 * in both themes. `node tests/browser/tool.mjs live`; screenshots go to the folder that UNDERPAINT_SCREENSHOTS names.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TraceEvent } from "../../../companion/profile/chrome-trace.ts";
import type { Driver } from "../driver.ts";
import { buildLiveFrame, LIVE_FRAME, paintBall, paintBallOften, whenRepainted } from "../live-scene.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

const EDITS = 50;
const [BURSTS, BURST, BURST_MS] = [10, 10, 30];
/** What is asked of the median, milliseconds. */
const TARGET = 400;
const PARTS = ["edit to submit", "companion besides the networks", "networks", "picture to screen"] as const;

type Work = Extract<TraceEvent, { ph: "X" }>;

/** Milliseconds since 1970. */
interface Moments {
  readonly edited: number;
  readonly submitted: number;
  readonly done: number;
  readonly shown: number;
}

export async function run(root: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-live-"));
  const profile = path.join(folder, "profile.json");
  const runs: Moments[] = [];
  try {
    await withDesigner({ root, settings: { seed: 7 }, profile }, async (designer) => {
      const { ui, page } = designer;
      await buildLiveFrame(page);
      await designer.select(LIVE_FRAME);
      await ui.locator(".segmented label", { hasText: /^Edit$/ }).click();
      await ui.locator("#prompt").fill("red apple");
      await ui.getByRole("switch", { name: /^Live/ }).click();
      await ui.getByText(/^Repainted in \d/).waitFor();
      // Wakes every path up.
      for (let i = 0; i < 3; i++) await measure(designer, 80 + i);
      for (let i = 0; i < EDITS; i++) runs.push(await measure(designer, 100 + i));
      await tellBursts(designer);
      await take(designer);
    });
    tell(runs, JSON.parse(readFileSync(profile, "utf8")) as TraceEvent[]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ ui, page, frames }: Driver, red: number): Promise<Moments> {
  frames.length = 0;
  const repainted = whenRepainted(ui);
  const edited = await paintBall(page, red);
  const shown = await repainted;
  await ui.locator(".live-picture:not(.painting)").waitFor();
  const at = (type: string) => frames.find(({ message }) => message.type === type)!.at;
  return { edited, submitted: at("submit"), done: at("done"), shown };
}

/** Edits that come faster than they are painted: when the last one is seen, and how many were painted. */
async function tellBursts({ ui, page, frames }: Driver): Promise<void> {
  const [waits, painted]: [number[], number[]] = [[], []];
  for (let burst = 0; burst < BURSTS; burst++) {
    frames.length = 0;
    const reds = Array.from({ length: BURST }, (_, i) => 10 + 20 * i + burst);
    const last = await paintBallOften(page, reds, BURST_MS);
    const shown = await whenCalm(ui);
    waits.push(shown - last);
    painted.push(frames.filter(({ message }) => message.type === "submit").length);
  }
  console.log(
    `${BURSTS} times ${BURST} edits, ${BURST_MS} ms apart: ${at(painted, 0.5)} painted, the last one is seen ${at(waits, 0.5)} ms after it (median)`,
  );
}

/** When nothing newer is on its way any more. */
const whenCalm = (ui: Driver["ui"]): Promise<number> =>
  ui.locator("body").evaluate(
    () =>
      new Promise<number>((resolve) => {
        let since = 0;
        const timer = setInterval(() => {
          if (document.querySelector(".live-picture.painting")) since = 0;
          else if (since === 0) since = Date.now();
          else if (Date.now() - since > 150) {
            clearInterval(timer);
            resolve(since);
          }
        }, 1);
      }),
  );

async function take(designer: Driver): Promise<void> {
  const shots = process.env.UNDERPAINT_SCREENSHOTS;
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await bothThemes(designer, path.join(shots, "live"));
}

function tell(runs: readonly Moments[], events: readonly TraceEvent[]): void {
  const totals = runs.map(({ edited, shown }) => shown - edited);
  console.log(
    `${EDITS} edits: median ${at(totals, 0.5)} ms, 95 of 100 within ${at(totals, 0.95)} ms (target: ${TARGET})`,
  );
  const rows = runs.map((moments) => {
    const networks = sumOf(moments, events, ({ cat }) => cat === "network");
    const { edited, submitted, done, shown } = moments;
    return [submitted - edited, done - submitted - networks, networks, shown - done];
  });
  for (const [i, name] of PARTS.entries())
    console.log(
      `  ${name.padEnd(32)} ${at(
        rows.map((row) => row[i]!),
        0.5,
      )} ms`,
    );
  const names = new Set(events.flatMap((event) => (event.ph === "X" ? [event.name] : [])));
  const costs = [...names].map(
    (name) =>
      [
        name,
        at(
          runs.map((each) => sumOf(each, events, (work) => work.name === name)),
          0.5,
        ),
      ] as const,
  );
  for (const [name, ms] of costs.sort(([, a], [, b]) => b - a).slice(0, 16))
    console.log(`    ${name.padEnd(50)} ${ms} ms`);
}

/** Milliseconds of such work within one repainting. */
function sumOf({ submitted, done }: Moments, events: readonly TraceEvent[], counts: (work: Work) => boolean): number {
  let sum = 0;
  for (const event of events)
    if (event.ph === "X" && event.ts / 1000 >= submitted - 5 && event.ts / 1000 <= done && counts(event))
      sum += event.dur / 1000;
  return sum;
}

const at = (values: readonly number[], share: number): number =>
  Math.round(10 * [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!) / 10;

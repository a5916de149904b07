/** From the click to the placed layer: what everything but the model takes for a 512 × 512 result, step by step. */
import type { Driver } from "../driver.ts";
import { pressPrimary, whenOffered } from "../page-clock.ts";
import { withDesigner } from "./designer.ts";

const RUNS = 7;
const PARTS = ["click to request", "companion besides the model", "result to screen", "place to placed"] as const;

export async function run(root: string): Promise<void> {
  await withDesigner({ root, settings: { count: 1, steps: 2, seed: 7, seedLocked: true } }, async (designer) => {
    await drawEllipse(designer);
    await designer.select("Breakfast", "Ellipse");
    await designer.ui.locator(".crop-mask").waitFor();
    const rows: number[][] = [];
    for (let i = 0; i < RUNS; i++) {
      const row = await measure(designer);
      rows.push(row);
      console.log(`run ${i + 1}: ${say(row)}`);
      await designer.ui.getByRole("button", { name: "Back" }).click();
      await designer.ui.locator(".crop-mask").waitFor();
      await designer.page.waitForTimeout(300);
    }
    // The first run opens the model and warms every path: the others are what a designer meets all day.
    console.log(`median: ${say(PARTS.map((_, part) => median(rows.slice(1).map((row) => row[part]!))))}`);
  });
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

/** One Fill, placed: milliseconds for each of PARTS. */
async function measure({ ui, frames, nextLayer }: Driver): Promise<number[]> {
  frames.length = 0;
  const offered = whenOffered(ui);
  const clicked = await pressPrimary(ui, "Fill");
  const shown = await offered;
  const appeared = nextLayer();
  const pressed = await pressPrimary(ui, "Place");
  const placed = await appeared;
  const [submit, done] = ["submit", "done"].map((type) => frames.find(({ message }) => message.type === type)!);
  const model = (done!.message.seconds as number) * 1000;
  return [submit!.at - clicked, done!.at - submit!.at - model, shown - done!.at, placed - pressed];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

function say(row: readonly number[]): string {
  const parts = PARTS.map((name, index) => `${name} ${Math.round(row[index]!)} ms`);
  return `${Math.round(row.reduce((sum, ms) => sum + ms, 0))} ms (${parts.join(", ")})`;
}

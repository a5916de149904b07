/**
 * A seamless pattern from the panel, in a real browser, painted by the starter model: it is asked for as a square that repeats,
 * lies in the layer as tiles, and is shown close up as several.
 */
import type { Task } from "../../shared/job.ts";
import { openTestStudio, paint } from "../pipeline/studio-for-tests.ts";
import { inBrowser, withStandIn } from "./on-stage.ts";
import type { Made } from "./stand-in-companion.ts";

/** Of the picture, whatever was asked for: pixels. */
const SIDE = 64;
const studio = openTestStudio();
let asked: Extract<Task, { kind: "generate" }>["request"];

async function make(task: Task): Promise<Made> {
  const { request } = task as Extract<Task, { kind: "generate" }>;
  asked = request;
  const size = { width: SIDE, height: SIDE };
  const { result } = await paint(studio, { ...request, model: "starter", ...size });
  return { bytes: result.png, ...size };
}

inBrowser("A pattern", () => {
  const settings = { count: 1, steps: 8, prompt: "lemon", seed: 4, seedLocked: true };
  const on = withStandIn({ make, settings, close: () => studio.close() });

  test("is drawn as a square that repeats, placed as tiles and shown three by three", async () => {
    const { ui, page } = on.designer;
    await on.designer.select("Picture to repair");
    const { width, height } = await on.designer.node("Picture to repair");
    expect(width).not.toBe(height);
    await ui.locator(".settings > summary").click();
    await ui.locator(".more > summary").click();
    await ui.getByLabel("Seamless pattern").check();
    await on.designer.screenshot("pattern-settings");
    await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
    const ready = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ready.waitFor();
    expect(asked.tiling).toBe(true);
    expect(asked.width).toBe(asked.height);
    await ui.getByRole("button", { name: "More" }).click();
    await ui.getByRole("menuitem", { name: "Show it large" }).click();
    const tiles = ui.locator(".close-tiles");
    await tiles.waitFor();
    const box = (await tiles.boundingBox())!;
    expect(Math.abs(box.width - box.height)).toBeLessThan(1);
    await on.designer.screenshot("pattern-close");
    await page.keyboard.press("Escape");
    const placed = on.designer.nextLayer();
    await ready.click();
    await placed;
    const { fills } = await on.designer.node(/^Generated/);
    const tile = Math.min(width, height) / 2 / SIDE;
    expect(fills).toMatchObject([{ type: "IMAGE", scaleMode: "TILE", scalingFactor: tile }]);
    await on.designer.look("Picture to repair");
    await on.designer.screenshot("pattern-placed");
    expect(on.designer.errors).toEqual([]);
  });
});

/** Takes the README's picture of the playground: playground/screenshot.png, 1440 × 900. */
import path from "node:path";
import sharp from "sharp";
import type { Driver } from "../driver.ts";
import { withDesigner } from "./designer.ts";

/** Tiles of the icon set that are filled, one run each, and the one whose variants stay in the panel. */
const FILLED = ["Rocket", "Fox", "Sun", "House", "Penguin", "Crown"] as const;
const LAST = { tile: "Cactus", prompt: "cactus" } as const;
const MOST_BYTES = 400_000;

export async function run(root: string): Promise<void> {
  const settings = { count: 1, seed: 7, seedLocked: true, window: { width: 320, height: 340 } };
  await withDesigner({ root, settings }, async (designer) => {
    const { ui, page } = designer;
    await designer.look("Icon set");
    for (const tile of FILLED) {
      await paint(designer, { tile, prompt: tile.toLowerCase(), pictures: 1 });
      const placed = designer.nextLayer();
      await ui.getByRole("button", { name: "Place on canvas" }).click();
      await placed;
      await discardAll(designer);
    }
    await ui.getByRole("button", { name: "More", exact: true }).click(); // Pictures: two.
    await paint(designer, { ...LAST, pictures: 2 });
    await page.mouse.move(700, 880);
    // Until the last notice has left.
    await page.waitForTimeout(6000);
    const file = path.join(root, "playground/screenshot.png");
    const { size } = await sharp(await page.screenshot())
      .png({ palette: true, colours: 256, dither: 0.6, compressionLevel: 9, effort: 10 })
      .toFile(file);
    if (size > MOST_BYTES) throw new Error(`The screenshot has ${size} bytes, more than ${MOST_BYTES}`);
    console.log(`playground/screenshot.png: ${Math.round(size / 1000)} kB`);
  });
}

async function paint(
  { ui, select }: Driver,
  { tile, prompt, pictures }: { tile: string; prompt: string; pictures: number },
): Promise<void> {
  await select(tile);
  await ui.locator("#prompt").fill(prompt);
  await ui.locator("footer button.primary:enabled", { hasText: "Generate" }).click();
  await ui
    .locator(".at-rest .result.done")
    .nth(pictures - 1)
    .waitFor({ timeout: 40_000 });
}

async function discardAll({ ui }: Driver): Promise<void> {
  await ui.getByRole("button", { name: "More", exact: true }).click();
  await ui.getByRole("menuitem", { name: "Discard", exact: true }).click();
}

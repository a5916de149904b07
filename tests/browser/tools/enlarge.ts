/** Paints, enlarges and places a picture, and takes pictures of the way in both themes: into the folder that UNDERPAINT_SCREENSHOTS names. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../../playground/app/editor.ts";
import { toCreate } from "../to-create.ts";
import { withDesigner } from "./designer.ts";

declare const playground: { readonly editor: Editor };

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const settings = { count: 1, steps: 4, seed: 7, seedLocked: true };
  const prepare = async (folder: string) => {
    mkdirSync(path.join(folder, "upscalers"), { recursive: true });
    for (const name of ["compact", "span"])
      cpSync(
        path.join(root, `tests/fixtures/networks/upscaler-${name}/weights.safetensors`),
        path.join(folder, `upscalers/tiny ${name}.safetensors`),
      );
  };
  await withDesigner({ root, settings, prepare }, async (designer) => {
    const { page, ui } = designer;
    const panel = page.getByTestId("plugin-window");
    const snap = async (name: string) => {
      for (const theme of ["dark", "light"] as const) {
        await page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
        await page.waitForTimeout(150);
        await panel.screenshot({ path: path.join(FOLDER, `${name}-${theme}.png`) });
      }
    };
    await designer.select("Rocket");
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.locator("#prompt").fill("rocket");
    await snap("enlarge-1-soft");
    const place = ui.locator("footer button.primary:enabled", { hasText: /^Place/ });
    await ui.locator("footer button.primary:enabled").click();
    await place.waitFor({ timeout: 120_000 });
    await place.click();
    await ui.getByText("placed").first().waitFor();
    await ui.getByRole("button", { name: "More" }).click();
    await snap("enlarge-2-menu");
    await ui.getByRole("menuitem", { name: "Enlarge in another way…" }).click();
    await snap("enlarge-3-options");
    await ui.getByRole("button", { name: "Enlarge", exact: true }).click();
    await ui.locator(".tag.size").waitFor({ timeout: 120_000 });
    await ui.locator(".result", { has: ui.locator(".tag.size") }).click();
    await snap("enlarge-4-larger");
    const count = await designer.count();
    await ui.locator("footer button.primary", { hasText: "Place instead" }).click();
    await ui.getByText("Placed instead").waitFor();
    const { width, height } = await designer.image(/^Generated/);
    console.log(`Placed ${width} × ${height} px; ${(await designer.count()) - count} layers more than before`);
    await snap("enlarge-5-placed");
    await toCreate(ui);
    await ui.getByRole("button", { name: /Starter/ }).click();
    await ui.locator("details.add-on-kind", { hasText: "Enlarge" }).locator("summary").click();
    await ui.getByText("tiny span").scrollIntoViewIfNeeded();
    await snap("enlarge-6-models");
  });
}

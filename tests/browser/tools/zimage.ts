/**
 * A tiny Z-Image-Turbo in the playground: it makes a picture, changes one, and fills a mask. Pictures of each, for the eye, into the
 * folder that UNDERPAINT_SCREENSHOTS names. What it paints is noise: its weights are random.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withDesigner } from "./designer.ts";
import { choose, paint } from "./paint.ts";

const MODEL = "tests/fixtures/parity/z-image-models/z-image-turbo";
/** Sizes that a processor draws in a moment. */
const NOTES = { name: "Tiny Z-Image-Turbo", nativeSize: 128, licence: "Apache-2.0" };

export async function run(root: string): Promise<void> {
  const shown = { window: { width: 320, height: 720 }, seed: 7, seedLocked: true };
  const settings = { ...shown, model: "z-image-turbo", count: 1, steps: 2 };
  const prepare = async (models: string) => {
    mkdirSync(models, { recursive: true });
    cpSync(path.join(root, MODEL), path.join(models, "z-image-turbo"), { recursive: true });
    writeFileSync(path.join(models, "z-image-turbo/underpaint.json"), JSON.stringify(NOTES));
  };
  await withDesigner({ root, settings, prepare }, async (designer) => {
    const { ui, page } = designer;
    await designer.select("Rocket");
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.locator("#prompt").fill("a red rocket");
    await paint(designer, "Generate", "1-generated");

    await designer.select("Fox, calm");
    await choose(designer, "Edit");
    await designer.screenshot("2-edit");
    await paint(designer, "Edit", "3-edited");

    await designer.look("Picture to repair");
    await page.getByRole("button", { name: "Ellipse" }).click();
    const box = await designer.screenBox("Breakfast");
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await designer.select("Breakfast", "Ellipse");
    await choose(designer, "Fill");
    await ui.locator(".crop-mask").waitFor();
    await paint(designer, "Fill", "4-filled");
    await ui.locator(".settings > summary").click();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await designer.screenshot("5-settings");
    await ui.getByRole("button", { name: /Tiny/ }).click();
    await designer.screenshot("6-models");
    if (designer.errors.length > 0) throw new Error(designer.errors.join("\n"));
  });
}

/** Takes pictures of the panel's views in both themes, for the eye: into the folder that UNDERPAINT_SCREENSHOTS names. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { INK, WASH, writeAddOns } from "../sample-add-ons.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const settings = { count: 1, steps: 4, seed: 7, seedLocked: true, window: { width: 320, height: 720 } };
  await withDesigner({ root, settings, prepare: (models: string) => writeAddOns(models, root) }, async (designer) => {
    const { ui, page } = designer;
    const snap = (name: string) => bothThemes(designer, path.join(FOLDER, name));
    await designer.select("Rocket");
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.getByRole("button", { name: "Add a style" }).waitFor();
    await snap("1-empty");
    await ui.locator("#prompt").fill("a red rocket, <lora:Film grain XL:0.5>");
    await ui.getByRole("button", { name: "Add a style" }).click();
    await page.waitForTimeout(300);
    await snap("2-picker");
    await ui.getByRole("option", { name: INK }).click();
    await ui.getByRole("button", { name: "Add a style" }).click();
    await ui.getByRole("option", { name: WASH }).click();
    await ui.getByRole("button", { name: "clean lines" }).click();
    await designer.select("Fox, calm");
    await ui.getByRole("button", { name: "Follow the selected layer" }).click();
    await ui.getByRole("combobox", { name: "Keep" }).waitFor();
    await designer.select("Rocket");
    await page.waitForTimeout(300);
    await snap("3-styles");
    await ui.locator(".followed").scrollIntoViewIfNeeded();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await snap("4-control");
    await ui.locator(".followed-name").click();
    await ui.locator(".settings > summary").click();
    await ui.locator(".more > summary").click();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await snap("5-settings");
    await ui.getByRole("button", { name: /Starter/ }).click();
    await page.waitForTimeout(200);
    await snap("6-models");
    for (const kind of ["Styles", "Words"]) await ui.locator("summary", { hasText: kind }).click();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, 330));
    await page.waitForTimeout(200);
    await snap("7-add-ons");
  });
}

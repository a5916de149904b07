/**
 * Takes pictures of what the panel shows of characters, in both themes, for the eye: into the folder that UNDERPAINT_SCREENSHOTS
 * names.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { toCreate } from "../to-create.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;
const SCENES = ["icon", "icon, small", "icon, red", "red apple"];

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const settings = { count: 2, seed: 3, seedLocked: true, prompt: "fox", window: { width: 320, height: 640 } };
  await withDesigner({ root, settings }, async (designer) => {
    const { page, ui } = designer;
    page.context().setDefaultTimeout(120_000);
    const snap = async (name: string) => {
      await page.waitForTimeout(300);
      await bothThemes(designer, path.join(FOLDER, `characters-${name}`));
    };
    const primary = (text: string | RegExp) => ui.locator("footer button.primary:enabled", { hasText: text });
    const press = (name: string) => ui.getByRole("button", { name, exact: true }).click();
    await designer.select("Fox");
    await primary("Generate").click();
    const placed = designer.nextLayer();
    await primary(/^Place/).click();
    await placed;
    await designer.select("Generated – Fox (seed 3)");
    await press("Characters");
    await press("Save selection as…");
    await ui.getByLabel("Name of the character").fill("Ada");
    await snap("1-name");
    await press("Save");
    await ui.getByText("@Ada", { exact: true }).click();
    await ui.getByRole("button", { name: "Dismiss" }).click();
    await ui.locator(".character .reference").first().click();
    await snap("2-saved");

    await toCreate(ui);
    await designer.select("Cloud");
    await ui.locator("#prompt").fill("");
    await ui.locator("#prompt").focus();
    await page.keyboard.type("icon @a");
    await snap("3-completion");
    await page.keyboard.press("Enter");
    await snap("4-prompt");
    await primary("Generate").click();
    await ui.locator(".likeness-tag").nth(1).waitFor();
    await primary(/^Place/).click();
    await snap("5-ranked");

    await press("Characters");
    await press("Make a sheet");
    await ui.getByLabel("One pose or scene a line").fill(SCENES.join("\n"));
    await snap("6-sheet");
    await primary(/^Paint/).click();
    await ui
      .getByText(/^placed · /)
      .nth(SCENES.length - 1)
      .waitFor();
    await snap("7-painted");
    await press("Characters");
    await press("Check all pictures");
    await ui.locator(".likeness-row").nth(SCENES.length).waitFor();
    await snap("8-report");
  });
}

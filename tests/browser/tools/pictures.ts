/** Takes pictures of what comes after the button, in both themes, for the eye: into the folder that UNDERPAINT_SCREENSHOTS names. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../../playground/app/editor.ts";
import type { Driver } from "../driver.ts";
import { buildFrames } from "../frames-scene.ts";
import { toCreate } from "../to-create.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

declare const playground: { readonly editor: Editor };

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;
const SUBJECTS = ["rocket", "fox", "sun", "house", "penguin", "star", "cactus"];

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  await withDesigner({ root, settings: { count: 2, steps: 6 } }, async (designer) => {
    const { ui, page } = designer;
    const snap = (name: string) => bothThemes(designer, path.join(FOLDER, name));
    const press = (name: string | RegExp) => ui.getByRole("button", { name, exact: true }).first().click();
    const generate = async (layer: string, prompt: string) => {
      await toCreate(ui);
      await designer.select(layer);
      await ui.locator("#prompt").fill(prompt);
      await press(/^Generate/);
      await ui.locator(".at-rest .result.on").first().waitFor({ timeout: 60_000 });
    };
    await overlappingPictures(designer);
    await ui.getByText(/which picture/).waitFor();
    await snap("which-1");
    await ui.locator("[data-drop]").evaluate((section) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([], "a.png", { type: "image/png" }));
      section.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
    });
    await snap("which-2-dropping");
    await ui.locator("body").evaluate((body) => body.dispatchEvent(new DragEvent("dragleave", { bubbles: true })));
    await generate("Rocket", "rocket");
    await snap("runs-1-front-or-fill");
    await press("Place on canvas");
    await ui.getByText("placed", { exact: true }).waitFor();
    await snap("runs-2-placed");
    await ui.getByText("As its fill").click();
    await press("Place again");
    await page.waitForTimeout(300);
    await snap("runs-3-placed-again");
    await generate("Sun", "sun");
    await ui.getByText("As its fill").click();
    await press("Place on canvas");
    await ui.getByText(/as a fill/).waitFor();
    await snap("runs-4-fill");
    await press("Take it away");
    await page.waitForTimeout(300);
    await snap("runs-5-fill-taken");
    await generate("Fox, at night", "fox");
    await snap("runs-6-behind");
    await press("Star");
    await press("More");
    await page.waitForTimeout(100);
    await snap("runs-7-menu");
    await ui.getByRole("menuitem", { name: "Show it large" }).click();
    await page.waitForTimeout(400);
    await snap("runs-8-large");
    await ui.locator(".made-with summary").click();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await snap("runs-8-made-with");
    await ui.locator(".hold").focus();
    await page.keyboard.down("b");
    await page.waitForTimeout(400);
    await snap("runs-9-before");
    await page.keyboard.up("b");
    await buildFrames(page, SUBJECTS);
    await toCreate(ui);
    await ui.getByText(`${SUBJECTS.length} frames selected`).waitFor();
    await ui.locator("#prompt").fill("{Subject}, {mood}");
    await page.waitForTimeout(200);
    await snap("several-1-missing");
    await press("From a table…");
    await ui.getByLabel(/^Table/).fill(["mood", ...SUBJECTS.map((_, i) => (i % 2 ? "red" : "blue"))].join("\n"));
    await page.waitForTimeout(200);
    await snap("several-2-table");
    await press(/^Generate/);
    await ui.getByText("placed", { exact: true }).nth(1).waitFor();
    await snap("several-3-painting");
    await press("Cancel all");
    await page.waitForTimeout(300);
    await snap("several-4-cancelled");
    await press(/^Paint the/);
    await ui.getByText(`${SUBJECTS.length} of ${SUBJECTS.length} painted`).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(300);
    await snap("several-5-done");
    await ui.getByRole("button", { name: "Show Avatar 2 large" }).click();
    await page.waitForTimeout(400);
    await snap("several-6-large");
    await press("Back");
    await page.getByRole("button", { name: "Close plugin" }).click();
    await page.getByRole("button", { name: "Open Underpaint" }).click();
    await press(/^History/);
    await page.waitForTimeout(800);
    await snap("history-1-reopened");
    await ui.getByLabel(/^Find pictures/).fill("fox");
    await page.waitForTimeout(300);
    await snap("history-2-found");
  });
}

/** Selects two pictures and a shape over both. */
async function overlappingPictures({ page, select }: Driver): Promise<void> {
  await page.evaluate(() => {
    const { editor } = playground;
    const make = (type: "RECTANGLE" | "ELLIPSE", name: string, x: number, picture: boolean) =>
      editor.scene.create(type, editor.page, {
        ...{ name, width: 80, height: 80 },
        fills: [
          picture
            ? { type: "IMAGE" as const, imageHash: null, scaleMode: "FILL" as const }
            : { type: "SOLID" as const, color: { r: 0, g: 0, b: 0 } },
        ],
        transform: [
          [1, 0, 4000 + x],
          [0, 1, -300],
        ],
      });
    make("RECTANGLE", "Harbour", 0, true);
    make("RECTANGLE", "Harbour at night", 50, true);
    make("ELLIPSE", "Boat", 40, false);
    editor.scene.onChange();
  });
  await select("Harbour", "Harbour at night", "Boat");
}

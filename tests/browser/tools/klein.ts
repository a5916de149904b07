/**
 * A tiny FLUX.2 klein in the playground: it makes a picture, changes one by instruction, fills a mask and follows two references.
 * Pictures of each, for the eye, into the folder that UNDERPAINT_SCREENSHOTS names. What it paints is noise: its weights are random.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";
import { choose, paint } from "./paint.ts";

const MODEL = "tests/fixtures/parity/klein-models/klein";
/** Sizes that a processor draws in a moment. */
const NOTES = { name: "Tiny klein", nativeSize: 128 };

export async function run(root: string): Promise<void> {
  const settings = {
    model: "klein",
    count: 1,
    steps: 2,
    seed: 7,
    seedLocked: true,
    window: { width: 320, height: 720 },
  };
  const prepare = async (models: string) => {
    mkdirSync(models, { recursive: true });
    cpSync(path.join(root, MODEL), path.join(models, "klein"), { recursive: true });
    writeFileSync(path.join(models, "klein/underpaint.json"), JSON.stringify(NOTES));
  };
  await withDesigner({ root, settings, prepare }, async (designer) => {
    const { ui, page } = designer;
    await designer.select("Rocket");
    await ui.getByText("Frame · 128 × 128").waitFor();
    await ui.locator("#prompt").fill("a red rocket");
    await paint(designer, "Generate", "1-generated");

    await designer.select("Fox, calm");
    await choose(designer, "Edit");
    await ui.getByText("Say what should change").waitFor();
    await ui.locator("#prompt").fill("make it night");
    await ui.getByText("What stays as it was").click();
    await designer.screenshot("2-edit");
    await paint(designer, "Edit", "3-edited");

    for (const name of ["Fox, calm", "Sun"]) {
      await designer.select(name);
      await ui.getByRole("button", { name: "Add layer" }).click();
    }
    await designer.select("Fox");
    await choose(designer, "Generate");
    await ui.locator("#prompt").fill("the fox of image 1 under the sun of image 2");
    await ui.getByText("Call them by their numbers").waitFor();
    await ui.locator(".reference").first().click();
    await ui.locator(".details").getByText("Face", { exact: true }).click();
    await ui.getByText("Keep the face of image 1.").waitFor();
    await ui.getByRole("meter", { name: "Room for references" }).waitFor();
    await ui.locator(".details").evaluate((details) => details.scrollIntoView({ block: "center" }));
    await designer.screenshot("4-references");
    await bothThemes(designer, path.join(process.env.UNDERPAINT_SCREENSHOTS ?? "", "4-references"));
    await paint(designer, "Generate", "5-followed");

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
    await paint(designer, "Fill", "6-filled");
    await ui.locator(".settings > summary").click();
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await designer.screenshot("7-settings");
    if (designer.errors.length > 0) throw new Error(designer.errors.join("\n"));
  });
}

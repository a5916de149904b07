/**
 * Takes pictures of what the panel shows of texts over what is painted, in both languages and themes, for the eye: into the folder
 * that UNDERPAINT_SCREENSHOTS names.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { buildShopFront, FRONT, WORD } from "../sign-scene.ts";
import { bothThemes } from "./both-themes.ts";
import { withDesigner } from "./designer.ts";

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;
const WORDS = {
  en: { create: "Create", paint: "Paint in", of: `What becomes of “${WORD}”` },
  de: { create: "Erstellen", paint: "Ins Bild", of: `Was aus „${WORD}“ wird` },
} as const;

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  for (const language of ["en", "de"] as const) {
    const settings = { language, count: 1, seed: 7, prompt: "pizza", window: { width: 320, height: 640 } };
    await withDesigner({ root, settings }, async (designer) => {
      const { page, ui } = designer;
      page.context().setDefaultTimeout(120_000);
      const snap = async (name: string) => {
        await page.waitForTimeout(300);
        await bothThemes(designer, path.join(FOLDER, `scene-${language}-${name}`));
      };
      await buildShopFront(page);
      await designer.select(FRONT);
      await ui.locator(".texts-over").scrollIntoViewIfNeeded();
      await snap("1-live");
      await ui.getByRole("radiogroup", { name: WORDS[language].of }).getByText(WORDS[language].paint).click();
      await ui.locator(".texts-over .hint").scrollIntoViewIfNeeded();
      await snap("2-painted");
      await ui.locator("footer button.primary:enabled").click();
      await ui.locator(".at-rest .result.done").first().waitFor();
      const placed = designer.nextLayer();
      await ui.locator("footer button.primary:enabled").click();
      await placed;
      await snap("3-placed");
      await ui.getByRole("button", { name: WORDS[language].create, exact: true }).click();
      await ui.locator(".texts-over .hint").scrollIntoViewIfNeeded();
      await snap("4-hidden");
    });
  }
}

/** The file that the playground opens with. The same every time, ids included. */
import type { Editor } from "../editor.ts";
import { BRAND_COLORS } from "./brand-colors.ts";
import { characterSheet } from "./character-sheet.ts";
import { iconSet } from "./icon-set.ts";
import { landingPage } from "./landing-page.ts";
import { marketApp } from "./market-app.ts";
import { repair } from "./repair.ts";

/** Resolves to the layers to look at first. */
export async function openSample(editor: Editor): Promise<readonly string[]> {
  const { scene, page } = editor;
  scene.patch("0:0", { name: "Welcome to Underpaint" });
  scene.patch(page, { name: "Market day" });
  scene.colors = BRAND_COLORS;
  characterSheet(editor, page, 1120, 944);
  landingPage(editor, page, 0, 944);
  await repair(editor, page, 1250, 0);
  const icons = iconSet(editor, page, 470, 0);
  const market = marketApp(editor, page, 0, 0);
  await editor.drawing.images.ready();
  return [market, icons];
}

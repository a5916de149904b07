/** The file that the playground opens with. The same every time, ids included. */
import type { Editor } from "../editor.ts";
import { characterSheet } from "./character-sheet.ts";
import { iconSet } from "./icon-set.ts";
import { landingPage } from "./landing-page.ts";
import { marketApp } from "./market-app.ts";
import { repair } from "./repair.ts";

export async function openSample(editor: Editor): Promise<void> {
  const { scene, page } = editor;
  scene.patch("0:0", { name: "Welcome to Underpaint" });
  scene.patch(page, { name: "Market day" });
  await repair(editor, page, 470, 720);
  characterSheet(editor, page, 1142, 1000);
  landingPage(editor, page, 1250, 0);
  iconSet(editor, page, 470, 0);
  marketApp(editor, page, 0, 0);
  await editor.drawing.images.ready();
}

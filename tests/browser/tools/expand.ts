/** Takes pictures of a picture that is expanded, in both themes: into the folder that UNDERPAINT_SCREENSHOTS names. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../../playground/app/editor.ts";
import type { NodeRecord } from "../../../playground/host/record.ts";
import { withDesigner } from "./designer.ts";

declare const playground: { readonly editor: Editor };

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const settings = { count: 1, steps: 8, seed: 7, seedLocked: true, window: { width: 320, height: 720 } };
  await withDesigner({ root, settings }, async ({ page, ui }) => {
    const panel = page.getByTestId("plugin-window");
    const snap = async (name: string, what = panel) => {
      for (const theme of ["light", "dark"] as const) {
        await page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
        await page.waitForTimeout(250);
        await what.screenshot({ path: path.join(FOLDER, `${name}-${theme}.png`) });
      }
    };
    await page.evaluate(async () => {
      const { editor } = playground;
      const canvas = new OffscreenCanvas(320, 200);
      const context = canvas.getContext("2d")!;
      const ground = context.createLinearGradient(0, 0, 320, 200);
      ground.addColorStop(0, "#f6c453");
      ground.addColorStop(1, "#2b6777");
      context.fillStyle = ground;
      context.fillRect(0, 0, 320, 200);
      context.fillStyle = "#fff4";
      context.arc(110, 90, 50, 0, 7);
      context.fill();
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      const { hash } = editor.images.add(bytes);
      const at = (x: number, y: number) => ({
        transform: [
          [1, 0, x],
          [0, 1, y],
        ] as NodeRecord["transform"],
      });
      const { scene } = editor;
      const white = [{ type: "SOLID" as const, color: { r: 1, g: 1, b: 1 } }];
      const card = scene.create("FRAME", editor.page, {
        ...{ name: "Card", width: 480, height: 320, fills: white, ...at(6000, 0) },
      });
      const fills = [{ type: "IMAGE" as const, imageHash: hash, scaleMode: "FILL" as const }];
      const photo = scene.create("RECTANGLE", card.id, {
        name: "Photo",
        width: 320,
        height: 200,
        fills,
        ...at(60, 70),
      });
      scene.onChange();
      editor.history.commit();
      editor.select([photo.id]);
    });
    await ui.locator(".segmented label", { hasText: /^Fill$/ }).click();
    await ui.locator(".expand-raster img").waitFor();
    await page.waitForTimeout(400);
    await snap("expand-1-as-it-is");
    await ui.getByRole("button", { name: "50 %" }).click();
    await ui.locator(".expand-raster canvas").waitFor();
    await page.waitForTimeout(400);
    await snap("expand-2-half");
    const right = ui.getByRole("slider", { name: "Right edge" });
    await right.focus();
    await page.keyboard.press("Shift+ArrowRight");
    const box = (await right.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 40, box.y + box.height / 2, { steps: 4 });
    await snap("expand-3-dragged");
    await page.mouse.up();
    await ui.locator(".segmented label", { hasText: "Blend into it" }).click();
    await page.waitForTimeout(500);
    await snap("expand-4-blended");
    await ui.locator(".segmented label", { hasText: "Keep the picture" }).click();
    await ui.getByRole("button", { name: "To its frame" }).click();
    await page.waitForTimeout(500);
    await snap("expand-5-to-frame");
    await ui.locator("footer button.primary:enabled").click();
    await ui.locator("footer button.primary:enabled", { hasText: /^Place/ }).waitFor({ timeout: 300_000 });
    await snap("expand-6-result");
    await ui.locator("footer button.primary", { hasText: /^Place/ }).click();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: path.join(FOLDER, "expand-7-placed.png") });
  });
}

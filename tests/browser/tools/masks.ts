/** Takes pictures of the Fill view with all kinds of masks in both themes: into the folder that UNDERPAINT_SCREENSHOTS names. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Editor } from "../../../playground/app/editor.ts";
import type { NodeRecord } from "../../../playground/host/record.ts";
import { withDesigner } from "./designer.ts";

declare const playground: { readonly editor: Editor };

const FOLDER = process.env.UNDERPAINT_SCREENSHOTS;
const BLACK = { type: "SOLID" as const, color: { r: 0, g: 0, b: 0 } };

export async function run(root: string): Promise<void> {
  if (FOLDER === undefined) throw new Error("Name a folder for the pictures in UNDERPAINT_SCREENSHOTS.");
  mkdirSync(FOLDER, { recursive: true });
  const settings = { count: 1, steps: 4, seed: 7, seedLocked: true, window: { width: 320, height: 720 } };
  await withDesigner({ root, settings }, async ({ page, ui }) => {
    const panel = page.getByTestId("plugin-window");
    const snap = async (name: string) => {
      for (const theme of ["light", "dark"] as const) {
        await page.evaluate((chosen) => playground.editor.setTheme(chosen), theme);
        await page.waitForTimeout(150);
        await panel.screenshot({ path: path.join(FOLDER, `${name}-${theme}.png`) });
      }
    };
    const show = async (layers: readonly Partial<NodeRecord>[]) => {
      await page.evaluate(async (shapes) => {
        const { editor } = playground;
        const canvas = new OffscreenCanvas(320, 200);
        const context = canvas.getContext("2d")!;
        const ground = context.createLinearGradient(0, 0, 320, 200);
        ground.addColorStop(0, "#f6c453");
        ground.addColorStop(1, "#2b6777");
        context.fillStyle = ground;
        context.fillRect(0, 0, 320, 200);
        const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
        const { hash } = editor.images.add(bytes);
        const at = (x: number, y: number) => ({
          transform: [
            [1, 0, x],
            [0, 1, y],
          ] as NodeRecord["transform"],
        });
        const fills = [{ type: "IMAGE" as const, imageHash: hash, scaleMode: "FILL" as const }];
        const { scene, page } = editor;
        const photo = { name: "Photo", width: 320, height: 200, fills, ...at(6000, 0) };
        const made = [
          scene.create("RECTANGLE", page, photo),
          ...shapes.map((shape) => scene.create(shape.type!, page, shape)),
        ];
        scene.onChange();
        editor.history.commit();
        editor.select(made.map(({ id }) => id));
      }, layers);
      await ui.locator(".crop-mask").waitFor();
      await page.waitForTimeout(400);
    };
    const at = (x: number, y: number) => ({
      transform: [
        [1, 0, 6000 + x],
        [0, 1, y],
      ] as NodeRecord["transform"],
    });
    const line = {
      type: "ELLIPSE" as const,
      name: "Loop",
      width: 120,
      height: 90,
      fills: [],
      strokes: [BLACK],
      strokeWeight: 8,
    };
    await show([{ ...line, ...at(90, 50) }]);
    await snap("masks-1-lasso");
    await ui.locator(".segmented label", { hasText: "Line only" }).click();
    await ui.getByLabel("Brush width, px").fill("24");
    await ui.getByLabel("Brush width, px").press("Enter");
    await page.waitForTimeout(400);
    await snap("masks-2-line");
    const square = { type: "RECTANGLE" as const, name: "Square", width: 60, height: 60, fills: [BLACK] };
    await show([
      { ...square, ...at(40, 40) },
      { ...square, name: "Other", ...at(200, 90) },
    ]);
    await snap("masks-3-several");
    await ui.getByLabel("Repaint all but the shape").check();
    await page.waitForTimeout(400);
    await snap("masks-4-inverted");
    await ui.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await snap("masks-5-end");
  });
}

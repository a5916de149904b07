/** A picture that is seen through, to be expanded. */
import type { Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";
import type { PixelImage } from "../../shared/pixels.ts";

declare const playground: { readonly editor: Editor };

/** "Glass", 60 × 40 pixels, of which the left half is half transparent; selects it. */
export const buildGlass = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const { editor } = playground;
    const canvas = new OffscreenCanvas(60, 40);
    const context = canvas.getContext("2d")!;
    context.fillStyle = "rgb(20 90 200 / 50.2%)";
    context.fillRect(0, 0, 30, 40);
    context.fillStyle = "#c84";
    context.fillRect(30, 0, 30, 40);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
    const fills = [{ type: "IMAGE" as const, imageHash: editor.images.add(bytes).hash, scaleMode: "FILL" as const }];
    const glass = editor.scene.create("RECTANGLE", editor.page, {
      ...{ name: "Glass", width: 60, height: 40, fills },
      transform: [
        [1, 0, 9000],
        [0, 1, 0],
      ],
    });
    editor.scene.onChange();
    editor.history.commit();
    editor.select([glass.id]);
  });

/** Opacity, in an expanded picture of it, left of it, in its left half, in its right half, and right of it. */
export function alphaAcross({ width, height, data }: PixelImage): number[] {
  const row = width * Math.floor(height / 2);
  return [0.1, 0.4, 0.6, 0.9].map((x) => data[4 * (row + Math.floor(x * width)) + 3]!);
}

/** What the browser does for a random Fill: the page is the only one that can draw. */
import type { Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";
import type { exportNode } from "../../playground/app/render/export-node.ts";
import type { FillCase } from "./fill-cases.ts";

declare const playground: { readonly editor: Editor; readonly exportNode: typeof exportNode };

export interface FillScene {
  readonly world: string;
  readonly target: string;
  /** Absent: there is none. */
  readonly mask?: string;
}

/** Builds the layers of a case on an otherwise empty part of the page, and selects the picture, and its mask where it has one. */
export function buildScene(page: Page, fillCase: FillCase, masked = true): Promise<FillScene> {
  return page.evaluate(
    async ([one, isMasked]) => {
      const { editor } = playground;
      const { scene } = editor;
      const { width, height, alpha } = one.image;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d")!;
      const pixels = context.createImageData(width, height);
      let state = one.seed * 2654435761 + 12345;
      for (let i = 0; i < pixels.data.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        const smooth = (i >> 2) % width;
        pixels.data[i] =
          i % 4 === 3 ? (alpha && smooth < width / 3 ? state >>> 24 : 255) : ((state >>> 26) + smooth) % 256;
      }
      context.putImageData(pixels, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
      const { hash } = editor.images.add(bytes);
      const world = scene.create("FRAME", editor.page, {
        ...{ name: "World", width: 400, height: 400, fills: [], clipsContent: true },
        transform: [
          [1, 0, 5000],
          [0, 1, 0],
        ],
      }).id;
      let parent = world;
      for (const frame of one.around)
        parent = scene.create("FRAME", parent, { ...frame, name: "Around", fills: [] }).id;
      const fill = { type: "IMAGE" as const, imageHash: hash, ...one.paint };
      const isDrawn = one.kind === "drawn";
      const target = scene.create(isDrawn ? "FRAME" : "RECTANGLE", parent, {
        ...one.target,
        name: "Target",
        fills: [fill],
      }).id;
      if (isDrawn)
        scene.create("ELLIPSE", target, {
          ...{ name: "Child", width: 40, height: 30, fills: [{ type: "SOLID", color: { r: 1, g: 0.4, b: 0 } }] },
        });
      if (!isMasked) {
        scene.onChange();
        editor.history.commit();
        editor.select([target]);
        return { world, target };
      }
      const mask = scene.create(one.mask.type, parent, {
        ...one.mask,
        ...{ name: "Mask", fills: [{ type: "SOLID" as const, color: { r: 0, g: 0, b: 0 } }] },
      }).id;
      scene.onChange();
      editor.history.commit();
      editor.select([target, mask]);
      return { world, target, mask };
    },
    [fillCase, masked] as const,
  );
}

/** What the page shows at a scale, as PNG, with or without the mask and the target. */
export async function look(page: Page, scene: FillScene, shown: { scale: number; mask: boolean; target: boolean }) {
  const text = await page.evaluate(
    async ([{ world, mask, target }, shows]) => {
      const { editor, exportNode: draw } = playground;
      if (mask !== undefined) editor.scene.patch(mask, { visible: shows.mask });
      editor.scene.patch(target, { visible: shows.target });
      const bytes = await draw(editor.drawing, world, {
        format: "PNG",
        useAbsoluteBounds: true,
        constraint: { type: "SCALE", value: shows.scale },
      });
      if (mask !== undefined) editor.scene.patch(mask, { visible: true });
      editor.scene.patch(target, { visible: true });
      let binary = "";
      for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return btoa(binary);
    },
    [scene, shown] as const,
  );
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** The mask by itself, whatever clips it, as PNG at a scale, and the upright box of the page that it covers. */
export async function lookAtMask(page: Page, { mask }: FillScene, finely: number) {
  const { text, box } = await page.evaluate(
    async ([id, scale]) => {
      const { editor, exportNode: draw } = playground;
      const bytes = await draw(editor.drawing, id, {
        format: "PNG",
        useAbsoluteBounds: true,
        constraint: { type: "SCALE", value: scale },
      });
      const { width, height } = editor.scene.get(id);
      const [[a, c, e], [b, d, f]] = editor.scene.absoluteTransform(id);
      const xs = [e, e + a * width, e + c * height, e + a * width + c * height];
      const ys = [f, f + b * width, f + d * height, f + b * width + d * height];
      let binary = "";
      for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      return { text: btoa(binary), box: { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y } };
    },
    [mask!, finely] as const,
  );
  return { bytes: new Uint8Array(Buffer.from(text, "base64")), box };
}

/** Takes the case's layers away. */
export const clearScene = (page: Page, { world }: FillScene) =>
  page.evaluate((id) => {
    const { editor } = playground;
    editor.act(() => editor.scene.remove(id));
  }, world);

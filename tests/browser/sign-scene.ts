/** A frame with a word on it for the picture, and another one that stays a text layer. */
import type { Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";

declare const playground: { readonly editor: Editor };

export const FRONT = "Shop front";
export const SIGN = "Sign";
export const HOURS = "Hours";
export const WORD = "BAR";

/** Far right of the sample. Brings it into view. */
export function buildShopFront(page: Page): Promise<void> {
  return page.evaluate(
    ([front, sign, hours, word]) => {
      const { editor } = playground;
      const { scene } = editor;
      const at = (x: number, y: number): [[number, number, number], [number, number, number]] => [
        [1, 0, x],
        [0, 1, y],
      ];
      const plain = (r: number, g: number, b: number) => [{ type: "SOLID" as const, color: { r, g, b } }];
      const size = { width: 256, height: 256 };
      const { id } = scene.create("FRAME", editor.page, {
        name: front,
        ...size,
        fills: plain(1, 1, 1),
        transform: at(4000, 0),
      });
      const text = (name: string, characters: string, fields: object) =>
        scene.create("TEXT", id, { name, characters, textAutoResize: "NONE", ...fields });
      const bold = { fontName: { family: "Inter", style: "Bold" } };
      text(sign, word, {
        ...{ ...bold, fontSize: 104, fills: plain(0.05, 0.1, 0.3), width: 236, height: 126, transform: at(14, 65) },
        ...{ textAlignHorizontal: "CENTER" },
      });
      text(hours, "10–18", { fontSize: 22, fills: plain(0, 0, 0), width: 80, height: 28, transform: at(90, 220) });
      scene.onChange();
      editor.history.commit();
      editor.zoomTo([id]);
    },
    [FRONT, SIGN, HOURS, WORD] as const,
  );
}

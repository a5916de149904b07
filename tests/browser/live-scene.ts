/** A frame with a ball in it, to be edited while Live paints it. */
import type { Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";
import type { Driver } from "./driver.ts";

declare const playground: { readonly editor: Editor };

export const LIVE_FRAME = "Live frame";
export const BALL = "Live ball";

/** Far right of the sample. Brings it into view. */
export function buildLiveFrame(page: Page): Promise<void> {
  return page.evaluate(
    ([name, ball]) => {
      const { editor } = playground;
      const at = (x: number, y: number): [[number, number, number], [number, number, number]] => [
        [1, 0, x],
        [0, 1, y],
      ];
      const plain = (r: number, g: number, b: number) => [{ type: "SOLID" as const, color: { r, g, b } }];
      const { scene } = editor;
      const size = { width: 256, height: 256 };
      const { id } = scene.create("FRAME", editor.page, {
        name,
        ...size,
        fills: plain(1, 1, 1),
        transform: at(4000, 0),
      });
      scene.create("ELLIPSE", id, {
        ...{ name: ball, width: 160, height: 160, fills: plain(0.9, 0.1, 0.1), transform: at(48, 48) },
      });
      scene.onChange();
      editor.history.commit();
      editor.zoomTo([id]);
    },
    [LIVE_FRAME, BALL] as const,
  );
}

/** A red, 0 … 255, which the ball has from now on. Resolves to when, in milliseconds since 1970. */
export const paintBall = (page: Page, red: number): Promise<number> => paintBallOften(page, [red], 0);

/** One red after the other, `gapMs` apart. Resolves to when the last one came, in milliseconds since 1970. */
export function paintBallOften(page: Page, reds: readonly number[], gapMs: number): Promise<number> {
  return page.evaluate(
    async ([ball, all, gap]) => {
      const { editor } = playground;
      const [found] = [...editor.scene.records.values()].filter(({ name }) => name === ball);
      let now = 0;
      for (const [i, red] of all.entries()) {
        if (i > 0) await new Promise((resolve) => setTimeout(resolve, gap));
        now = Date.now();
        editor.act(() => {
          editor.scene.patch(found!.id, { fills: [{ type: "SOLID", color: { r: red / 255, g: 0.1, b: 0.1 } }] });
        });
      }
      return now;
    },
    [BALL, reds, gapMs] as const,
  );
}

/** When Live next shows another picture than now: milliseconds since 1970, looked at inside the page. */
export function whenRepainted(ui: Driver["ui"]): Promise<number> {
  return ui.locator("body").evaluate(() => {
    const shown = () => document.querySelector<HTMLImageElement>(".live-picture img");
    const before = shown()?.src;
    return new Promise<number>((resolve) => {
      const timer = setInterval(() => {
        const now = shown();
        if (now === null || now.src === before || !now.complete) return;
        clearInterval(timer);
        resolve(Date.now());
      }, 1);
    });
  });
}

/** Frames for a run over several of them, each with a text in it that says what it shows. */
import type { Page } from "playwright-core";
import type { Editor } from "../../playground/app/editor.ts";
import { seedOfLayer } from "../../plugin/ui/request/intent.ts";

declare const playground: { readonly editor: Editor };

const COLUMNS = 6;

/** Far right of the sample: a grid of frames "Avatar 1", …, created in another order than one reads them. Selects them all. */
export function buildFrames(page: Page, subjects: readonly string[]): Promise<void> {
  return page.evaluate(
    ([words, columns]) => {
      const { editor } = playground;
      const made = words.map((word, i) => {
        const [x, y] = [4000 + (i % columns) * 100, Math.floor(i / columns) * 100];
        return { word, name: `Avatar ${i + 1}`, x, y };
      });
      const ids = [...made].reverse().map(({ word, name, x, y }) => {
        const at = (dx: number, dy: number): [[number, number, number], [number, number, number]] => [
          [1, 0, dx],
          [0, 1, dy],
        ];
        const fills = [{ type: "SOLID" as const, color: { r: 0.93, g: 0.95, b: 1 } }];
        const { id } = editor.scene.create("FRAME", editor.page, {
          ...{ name, width: 64, height: 64, fills, transform: at(x, y) },
        });
        const ink = [{ type: "SOLID" as const, color: { r: 0.1, g: 0.1, b: 0.1 } }];
        editor.scene.create("TEXT", id, {
          ...{
            name: "Subject",
            characters: word,
            fontSize: 8,
            fills: ink,
            width: 60,
            height: 10,
            transform: at(2, 52),
          },
        });
        return id;
      });
      editor.scene.onChange();
      editor.history.commit();
      editor.select(ids);
      editor.zoomTo(ids);
    },
    [subjects, COLUMNS] as const,
  );
}

export interface PlacedPicture {
  readonly frame: string;
  /** What the frame's text says. */
  readonly subject: string;
  readonly prompt: string;
  readonly seed: number;
  /** The seed that follows from the frame's id. */
  readonly due: number;
  readonly imageHash: string;
}

/** What lies in the frames, in their order; throws where a picture of one lies in another, or two in one. */
export async function placedPictures(page: Page): Promise<PlacedPicture[]> {
  const found = await page.evaluate(() => {
    const { scene } = playground.editor;
    const frames = [...scene.records.values()].filter(
      ({ type, name }) => type === "FRAME" && /^Avatar \d+$/.test(name),
    );
    return frames.map(({ id, name, children }) => {
      const inside = children.map((child) => scene.get(child));
      const pictures = [...scene.records.values()].filter(({ pluginData }) => pluginData.target === id);
      return { id, name, texts: inside.filter(({ type }) => type === "TEXT"), pictures };
    });
  });
  const placed = found.flatMap(({ id, name, texts, pictures }) => {
    if (pictures.length > 1) throw new Error(`${name} has ${pictures.length} pictures`);
    return pictures.map((picture) => {
      if (picture.parent !== id) throw new Error(`The picture of ${name} lies elsewhere`);
      const { target, request } = JSON.parse(picture.pluginData.recipe!) as {
        target: { id: string };
        request: { prompt: string; seed: number };
      };
      if (target.id !== id) throw new Error(`The picture in ${name} was made for ${target.id}`);
      const [fill] = picture.fills;
      const imageHash = fill?.type === "IMAGE" ? (fill.imageHash ?? "") : "";
      const { prompt, seed } = request;
      return { frame: name, subject: texts[0]!.characters, prompt, seed, due: seedOfLayer(id, 1), imageHash };
    });
  });
  return placed.sort((a, b) => Number(a.frame.slice(7)) - Number(b.frame.slice(7)));
}

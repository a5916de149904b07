/** A framed picture in which something is missing. */
import type { Editor } from "../editor.ts";
import { breakfastPicture } from "./breakfast-picture.ts";
import { box, frame, INK, SOFT, text } from "./parts.ts";

export async function repair(editor: Editor, page: string, x: number, y: number): Promise<string> {
  const image = editor.images.add(await breakfastPicture());
  const card = frame(editor, page, "Picture to repair", { x, y, width: 592, height: 680 }, "#ffffff", 24);
  text(editor, card, "Someone ate the apple", { x: 40, y: 36, size: 24, style: "Bold", color: INK });
  text(editor, card, "Draw over the plate, choose Fill.", { x: 40, y: 72, size: 14, color: SOFT });
  const place = { x: 40, y: 120, width: 512, height: 512 };
  box(editor, card, "Breakfast", place, { type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" });
  return card;
}

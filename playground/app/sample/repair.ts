/** A framed picture with a stain on it. */
import type { Editor } from "../editor.ts";
import { morningPicture } from "./morning-picture.ts";
import { box, frame, INK, SOFT, text } from "./parts.ts";

export async function repair(editor: Editor, page: string, x: number, y: number): Promise<string> {
  const image = editor.images.add(await morningPicture());
  const card = frame(editor, page, "Picture to repair", { x, y, width: 592, height: 680 }, "#ffffff", 24);
  text(editor, card, "Someone put a cup down", { x: 40, y: 36, size: 24, style: "Bold", color: INK });
  text(editor, card, "Draw over the stain, select both, press Fill.", { x: 40, y: 72, size: 14, color: SOFT });
  box(
    editor,
    card,
    "Morning",
    { x: 40, y: 120, width: 512, height: 512 },
    { type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" },
    0,
  );
  return card;
}

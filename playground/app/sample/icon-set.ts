/** Named, empty tiles: one icon each. */
import type { Editor } from "../editor.ts";
import { frame, SOFT, slot, text } from "./parts.ts";

const NAMES = [
  "Rocket",
  "Fox",
  "Sun",
  "House",
  "Penguin",
  "Light bulb",
  "Star",
  "Cactus",
  "Crown",
  "Cloud",
  "Fire",
  "Car",
  "Tree",
  "Cat face",
  "Frog",
  "Rainbow",
];
const TINTS = ["#eef4ff", "#fff1e6", "#fff8dc", "#eaf7ee"];

export function iconSet(editor: Editor, page: string, x: number, y: number): string {
  const sheet = frame(editor, page, "Icon set", { x, y, width: 700, height: 844 }, "#ffffff", 24);
  text(editor, sheet, "Icons", { x: 40, y: 36, size: 32, style: "Bold" });
  text(editor, sheet, "Select a tile, say what it shows, press Generate.", { x: 40, y: 80, size: 14, color: SOFT });
  NAMES.forEach((name, i) => {
    const at = { x: 40 + (i % 4) * 164, y: 132 + Math.floor(i / 4) * 172 };
    slot(editor, sheet, name, { ...at, width: 128, height: 128 }, TINTS[(i + Math.floor(i / 4) * 3) % 4]!, 32);
    text(editor, sheet, name, {
      name: `${name}, label`,
      x: at.x,
      y: at.y + 136,
      width: 128,
      size: 12,
      align: "CENTER",
      color: SOFT,
    });
  });
  return sheet;
}

/** A phone screen: the market's shop, with slots for small pictures. */
import { linear, solid } from "../../host/paint.ts";
import type { Editor } from "../editor.ts";
import { box, frame, INK, SOFT, settled, slot, stack, text } from "./parts.ts";

const CREAM = "#fff8ee";
const TILE = "#fdecd3";
const GREEN = "#2f6b4f";
const TOMATO = "#e5533d";

export function marketApp(editor: Editor, page: string, x: number, y: number): string {
  const screen = frame(editor, page, "Farmers’ market", { x, y, width: 390, height: 844 }, CREAM, 36);
  text(editor, screen, "9:41", { x: 32, y: 20, size: 15, style: "Semi Bold" });
  text(editor, screen, "Good morning, Ada", { x: 24, y: 62, size: 14, color: SOFT });
  text(editor, screen, "Fresh from\nthe market", { x: 24, y: 84, size: 34, style: "Bold", lineHeight: 39 });
  slot(editor, screen, "Smiley", { x: 310, y: 64, width: 56, height: 56 }, TILE, 28);
  harvestBox(editor, screen);
  text(editor, screen, "Shelves", { x: 24, y: 384, size: 17, style: "Bold" });
  ["Red apple", "Carrot", "Donut", "Sunflower"].forEach((name, i) => {
    slot(editor, screen, name, { x: 24 + i * 88, y: 416, width: 78, height: 78 }, "#ffffff", 24);
    text(editor, screen, ["Fruit", "Roots", "Bakery", "Flowers"][i]!, {
      x: 24 + i * 88,
      y: 502,
      width: 78,
      size: 12,
      align: "CENTER",
      color: SOFT,
    });
  });
  text(editor, screen, "Picked today", { x: 24, y: 544, size: 17, style: "Bold" });
  const list = stack(editor, screen, "Picked today, list", { x: 24, y: 576, mode: "VERTICAL", gap: 12 });
  for (const [name, farm, price] of [
    ["Strawberry", "Hill Farm · 250 g", "€ 3.20"],
    ["Banana", "Fair trade · bunch", "€ 1.90"],
  ] as const)
    product(editor, list, name, farm, price);
  settled(editor, list);
  tabs(editor, screen);
  return screen;
}

function harvestBox(editor: Editor, screen: string): void {
  const card = frame(
    editor,
    screen,
    "Harvest box",
    { x: 24, y: 190, width: 342, height: 168 },
    linear([GREEN, "#4c8f63"], 20),
    28,
  );
  text(editor, card, "HARVEST BOX", { x: 24, y: 26, size: 11, style: "Semi Bold", color: "#bfe3c4" });
  text(editor, card, "Twelve things,\none basket", {
    x: 24,
    y: 46,
    size: 22,
    style: "Bold",
    color: "#ffffff",
    lineHeight: 27,
  });
  const button = stack(editor, card, "Order", {
    x: 24,
    y: 114,
    mode: "HORIZONTAL",
    gap: 8,
    padding: [8, 16],
    fill: "#ffd76a",
    radius: 18,
  });
  text(editor, button, "Order for Saturday", { x: 0, y: 0, size: 13, style: "Semi Bold" });
  settled(editor, button);
  slot(editor, card, "Tree", { x: 206, y: 28, width: 112, height: 112 }, "#ffffff", 28);
}

function product(editor: Editor, list: string, name: string, farm: string, price: string): void {
  const row = frame(editor, list, `${name}, row`, { x: 0, y: 0, width: 342, height: 80 }, "#ffffff", 24);
  slot(editor, row, name, { x: 10, y: 10, width: 60, height: 60 }, TILE, 18);
  text(editor, row, name, { x: 86, y: 20, size: 15, style: "Semi Bold" });
  text(editor, row, farm, { x: 86, y: 42, size: 12, color: SOFT });
  text(editor, row, price, { x: 226, y: 31, width: 60, size: 14, style: "Semi Bold", align: "RIGHT" });
  const add = box(editor, row, "Add", { x: 298, y: 26, width: 28, height: 28 }, TOMATO, 14);
  text(editor, row, "+", { x: 298, y: 28, width: 28, size: 18, align: "CENTER", color: "#ffffff" });
  editor.scene.patch(add, { locked: true });
}

function tabs(editor: Editor, screen: string): void {
  const bar = frame(editor, screen, "Tabs", { x: 0, y: 768, width: 390, height: 76 }, "#ffffff", 0, {
    strokes: [solid("#efe4d3")],
  });
  ["Market", "Basket", "Orders", "You"].forEach((label, i) => {
    const color = i === 0 ? GREEN : "#a9aea8";
    box(editor, bar, `${label}, mark`, { x: 46 + i * 92, y: 16, width: 22, height: 22 }, color, i === 0 ? 8 : 11);
    text(editor, bar, label, {
      x: 17 + i * 92,
      y: 44,
      width: 80,
      size: 11,
      style: "Medium",
      align: "CENTER",
      color: i === 0 ? INK : SOFT,
    });
  });
}

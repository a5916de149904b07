/** A landing page with an empty picture, and cards that are instances of one component. */

import { instanceOf } from "../../host/nodes/components.ts";
import { linear } from "../../host/paint.ts";
import { translation } from "../../host/transform.ts";
import type { Editor } from "../editor.ts";
import { all, box, frame, layer, SOFT, settled, slot, stack, text } from "./parts.ts";

const VIOLET = "#4b3bd1";

export function landingPage(editor: Editor, page: string, x: number, y: number): string {
  const site = frame(editor, page, "Landing page", { x, y, width: 1040, height: 720 }, "#fbfaff", 16);
  box(editor, site, "Mark", { x: 48, y: 36, width: 28, height: 28 }, linear(["#ff8a5c", "#e8457a", "#7a4cff"], 45), 9);
  text(editor, site, "Stallside", { x: 86, y: 39, size: 18, style: "Bold" });
  const links = stack(editor, site, "Links", { x: 640, y: 32, mode: "HORIZONTAL", gap: 28 });
  for (const label of ["Markets", "Farmers", "Delivery"])
    text(editor, links, label, { x: 0, y: 0, size: 14, color: SOFT });
  const join = stack(editor, links, "Join", {
    x: 0,
    y: 0,
    mode: "HORIZONTAL",
    gap: 0,
    padding: [10, 18],
    fill: "#1d1a33",
    radius: 20,
  });
  text(editor, join, "Join", { x: 0, y: 0, size: 14, style: "Semi Bold", color: "#ffffff" });
  settled(editor, join);
  settled(editor, links);
  text(editor, site, "NEW IN TOWN", { x: 48, y: 150, size: 12, style: "Bold", color: VIOLET });
  text(editor, site, "Every stall,\nin one basket.", { x: 48, y: 174, size: 60, style: "Bold", lineHeight: 66 });
  text(
    editor,
    site,
    "Order from all the farmers of your market at once. They pick it in the morning, we bring it by noon.",
    { x: 48, y: 324, width: 400, size: 17, color: SOFT, lineHeight: 27 },
  );
  const start = stack(editor, site, "Start shopping", {
    x: 48,
    y: 424,
    mode: "HORIZONTAL",
    gap: 8,
    padding: [15, 26],
    fill: VIOLET,
    radius: 26,
  });
  text(editor, start, "Start shopping", { x: 0, y: 0, size: 16, style: "Semi Bold", color: "#ffffff" });
  settled(editor, start);
  frame(
    editor,
    site,
    "Hero picture",
    { x: 584, y: 112, width: 400, height: 400 },
    linear(["#e6e0ff", "#ffe3ec"], 60),
    40,
  );
  cards(editor, site);
  return site;
}

const CARDS = [
  ["Car", "Brought by noon", "To your door or your desk."],
  ["House", "From around here", "No stall is further than 40 km."],
  ["Red heart", "Fair by default", "Farmers set their own prices."],
] as const;

function cards(editor: Editor, site: string): void {
  const [[icon, title, line]] = CARDS;
  const card = layer(editor, site, "COMPONENT", "Card", { x: 48, y: 560, width: 300, height: 112 }, { radii: all(24) });
  slot(editor, card, icon, { x: 20, y: 24, width: 64, height: 64 }, "#f3f0ff", 20);
  text(editor, card, title, { x: 100, y: 34, size: 16, style: "Semi Bold", name: "Title" });
  text(editor, card, line, { x: 100, y: 58, size: 13, color: SOFT, name: "Line" });
  CARDS.slice(1).forEach(([name, heading, words], i) => {
    const copy = instanceOf(editor.scene, editor.scene.get(card), site);
    editor.scene.patch(copy.id, { name: `Card: ${heading}`, transform: translation(370 + i * 322, 560) });
    const [picture, first, second] = copy.children;
    editor.scene.patch(picture!, { name });
    editor.scene.patch(first!, { characters: heading });
    editor.scene.patch(second!, { characters: words });
  });
}

/** One fox, three moods: references for keeping a character. */
import { solid } from "../../host/paint.ts";
import { mapPath } from "../../host/path.ts";
import type { Editor } from "../editor.ts";
import { frame, layer, SOFT, text } from "./parts.ts";

interface Mood {
  readonly name: string;
  readonly ground: string;
  readonly eyes: "open" | "shut" | "wide";
  readonly scarf?: string;
}

const MOODS: readonly Mood[] = [
  { name: "Fox, calm", ground: "#ffe9d2", eyes: "open" },
  { name: "Fox, happy", ground: "#dff1e4", eyes: "shut", scarf: "#e5533d" },
  { name: "Fox, at night", ground: "#2b2f55", eyes: "wide", scarf: "#ffd76a" },
];

export function characterSheet(editor: Editor, page: string, x: number, y: number): string {
  const sheet = frame(editor, page, "Character: Rufus the fox", { x, y, width: 808, height: 400 }, "#ffffff", 24);
  text(editor, sheet, "Rufus", { x: 40, y: 36, size: 24, style: "Bold" });
  text(editor, sheet, "Use these as references: the same fox, somewhere else.", {
    x: 40,
    y: 72,
    size: 14,
    color: SOFT,
  });
  MOODS.forEach((mood, i) => {
    const card = frame(editor, sheet, mood.name, { x: 40 + i * 250, y: 120, width: 228, height: 228 }, mood.ground, 32);
    fox(editor, card, mood);
  });
  return sheet;
}

/** Shapes on a 100 × 100 grid, scaled to the card. */
function fox(editor: Editor, card: string, { eyes, scarf }: Mood): void {
  const scale = 2.28;
  const shape = (name: string, data: string, color: string) => {
    const points = [...data.matchAll(/-?[\d.]+/g)].map(Number);
    const xs = points.filter((_, i) => i % 2 === 0);
    const ys = points.filter((_, i) => i % 2 === 1);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const path = mapPath(data, (p) => ({ x: (p.x - left) * scale, y: (p.y - top) * scale }));
    const place = {
      x: left * scale,
      y: top * scale,
      width: (Math.max(...xs) - left) * scale,
      height: (Math.max(...ys) - top) * scale,
    };
    layer(editor, card, "VECTOR", name, place, {
      fills: [solid(color)],
      strokes: [],
      vectorPaths: [{ windingRule: "NONZERO", data: path }],
    });
  };
  const dot = (name: string, cx: number, cy: number, rx: number, ry: number, color: string) =>
    layer(
      editor,
      card,
      "ELLIPSE",
      name,
      { x: (cx - rx) * scale, y: (cy - ry) * scale, width: 2 * rx * scale, height: 2 * ry * scale },
      { fills: [solid(color)] },
    );
  if (scarf !== undefined) shape("Scarf", "M 26 76 C 38 90 62 90 74 76 L 80 100 L 20 100 Z", scarf);
  shape("Left ear", "M 20 50 L 22 14 C 32 18 42 26 46 34 Z", "#e8772e");
  shape("Right ear", "M 80 50 L 78 14 C 68 18 58 26 54 34 Z", "#e8772e");
  shape("Left ear, tip", "M 21.5 24 L 22 14 C 26 15.5 30 18 33 20 Z", "#3a2a2a");
  shape("Right ear, tip", "M 78.5 24 L 78 14 C 74 15.5 70 18 67 20 Z", "#3a2a2a");
  shape("Head", "M 18 52 C 22 36 36 29 50 29 C 64 29 78 36 82 52 C 84 62 66 84 50 86 C 34 84 16 62 18 52 Z", "#f0883e");
  shape("Left cheek", "M 18 54 C 30 52 44 60 50 84 C 36 84 18 66 18 54 Z", "#fff7ee");
  shape("Right cheek", "M 82 54 C 70 52 56 60 50 84 C 64 84 82 66 82 54 Z", "#fff7ee");
  dot("Nose", 50, 79, 6, 4.5, "#3a2a2a");
  if (eyes === "shut") {
    shape("Left eye", "M 31 57 C 33 52 39 52 41 57 C 39 54.5 33 54.5 31 57 Z", "#3a2a2a");
    shape("Right eye", "M 59 57 C 61 52 67 52 69 57 C 67 54.5 61 54.5 59 57 Z", "#3a2a2a");
    return;
  }
  const size = eyes === "wide" ? 5.2 : 3.8;
  for (const [name, cx] of [
    ["Left eye", 36],
    ["Right eye", 64],
  ] as const) {
    dot(name, cx, 55, size, size * 1.15, "#3a2a2a");
    dot(`${name}, light`, cx + 1.3, 53.2, 1.3, 1.3, "#ffffff");
  }
}

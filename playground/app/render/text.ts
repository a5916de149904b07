/** Text: lines by width, one style per node. */
import type { NodeRecord } from "../../host/record.ts";
import { type Context, createSurface } from "./surface.ts";

const WEIGHTS: Readonly<Record<string, number>> = {
  Thin: 100,
  Light: 300,
  Regular: 400,
  Medium: 500,
  "Semi Bold": 600,
  Bold: 700,
  "Extra Bold": 800,
  Black: 900,
};
/** Inter where the system has it, else its own interface font. */
const FALLBACK = '"Inter", system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", "DejaVu Sans", sans-serif';

export function fontOf({ fontName: { family, style }, fontSize }: NodeRecord): string {
  const italic = style.includes("Italic") ? "italic " : "";
  const weight = WEIGHTS[style.replace(/ ?Italic/, "") || "Regular"] ?? 400;
  return `${italic}${weight} ${fontSize}px "${family}", ${FALLBACK}`;
}

export function lineHeightOf({ lineHeight: { unit, value = 0 }, fontSize }: NodeRecord): number {
  if (unit === "PIXELS") return value;
  return unit === "PERCENT" ? (fontSize * value) / 100 : Math.round(fontSize * 1.21);
}

const spacingOf = ({ letterSpacing: { unit, value }, fontSize }: NodeRecord) =>
  unit === "PIXELS" ? value : (fontSize * value) / 100;

function prepare(context: Context, node: NodeRecord): void {
  context.font = fontOf(node);
  context.letterSpacing = `${spacingOf(node)}px`;
  context.textBaseline = "alphabetic";
}

/** Breaks at spaces where a line would be wider than `width`. */
function linesOf(context: Context, node: NodeRecord, width: number): string[] {
  if (node.textAutoResize === "WIDTH_AND_HEIGHT") return node.characters.split("\n");
  return node.characters.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && context.measureText(longer).width > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    }
    return [...lines, line];
  });
}

const ruler = createSurface(1, 1).context;

/** The size of a text in its automatic directions. */
export function measureText(node: NodeRecord): { width: number; height: number } {
  prepare(ruler, node);
  const lines = linesOf(ruler, node, node.width);
  const width = Math.max(0, ...lines.map((line) => ruler.measureText(line).width));
  return { width: Math.max(0.01, Math.ceil(width)), height: Math.max(0.01, lines.length * lineHeightOf(node)) };
}

const SIDE = { LEFT: 0, JUSTIFIED: 0, CENTER: 0.5, RIGHT: 1 } as const;
const DOWN = { TOP: 0, CENTER: 0.5, BOTTOM: 1 } as const;

/** Draws the letters with the context's fill style, or their outlines with its stroke style. */
export function drawText(context: Context, node: NodeRecord, how: "fill" | "stroke"): void {
  prepare(context, node);
  const lines = linesOf(context, node, node.width + 0.5);
  const step = lineHeightOf(node);
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText("x");
  let y = (node.height - lines.length * step) * DOWN[node.textAlignVertical] + (step + ascent - descent) / 2;
  for (const line of lines) {
    const x = (node.width - context.measureText(line).width) * SIDE[node.textAlignHorizontal];
    if (how === "fill") context.fillText(line, x, y);
    else context.strokeText(line, x, y);
    y += step;
  }
}

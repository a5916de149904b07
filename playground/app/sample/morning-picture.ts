/** The picture to repair: a morning over hills, with a coffee stain on it. Drawn, not photographed, so that it is ours. */
import { createSurface } from "../render/surface.ts";

const SIDE = 512;
type Context = OffscreenCanvasRenderingContext2D;

/** PNG bytes, 512 × 512, opaque. */
export async function morningPicture(): Promise<Uint8Array> {
  const { canvas, context } = createSurface(SIDE, SIDE);
  sky(context);
  hill(context, 330, 70, "#b7d3b0", 0.3);
  hill(context, 372, 60, "#86b58c", 2.1);
  house(context, 350, 352);
  hill(context, 424, 46, "#4f8f6b", 4.2);
  for (const [x, y, size] of [
    [70, 400, 46],
    [118, 418, 34],
    [446, 424, 52],
  ] as const)
    tree(context, x, y, size);
  balloon(context, 176, 150);
  stain(context, 352, 168);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

function sky(context: Context): void {
  const light = context.createLinearGradient(0, 0, 0, 400);
  light.addColorStop(0, "#8fc7ea");
  light.addColorStop(0.6, "#fde3c0");
  light.addColorStop(1, "#ffc59a");
  context.fillStyle = light;
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = "#fff3d6";
  disc(context, 384, 276, 54);
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  for (const [x, y, r] of [
    [60, 84, 20],
    [86, 76, 27],
    [116, 86, 19],
    [418, 64, 16],
    [442, 56, 23],
    [470, 66, 17],
  ] as const)
    disc(context, x, y, r);
  context.fillRect(58, 84, 60, 20);
  context.fillRect(418, 62, 54, 20);
}

function disc(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function hill(context: Context, level: number, height: number, color: string, phase: number): void {
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(0, SIDE);
  for (let x = 0; x <= SIDE; x += 8) context.lineTo(x, level - (height / 2) * Math.sin(x / 110 + phase));
  context.lineTo(SIDE, SIDE);
  context.fill();
}

function house(context: Context, x: number, y: number): void {
  context.fillStyle = "#fff6ea";
  context.fillRect(x - 24, y - 20, 48, 40);
  context.fillStyle = "#d9573f";
  context.beginPath();
  context.moveTo(x - 32, y - 18);
  context.lineTo(x, y - 48);
  context.lineTo(x + 32, y - 18);
  context.fill();
  context.fillStyle = "#6a4a3a";
  context.fillRect(x - 7, y - 2, 14, 22);
}

function tree(context: Context, x: number, y: number, size: number): void {
  context.fillStyle = "#5b4634";
  context.fillRect(x - 3, y, 6, size * 0.6);
  context.fillStyle = "#2f6b4f";
  disc(context, x, y - size * 0.1, size * 0.42);
  disc(context, x - size * 0.24, y + size * 0.12, size * 0.3);
  disc(context, x + size * 0.24, y + size * 0.12, size * 0.3);
}

function balloon(context: Context, x: number, y: number): void {
  context.save();
  context.beginPath();
  context.ellipse(x, y, 62, 70, 0, 0, 2 * Math.PI);
  context.clip();
  ["#e5533d", "#ffd76a", "#e5533d", "#ffd76a", "#e5533d"].forEach((color, i) => {
    context.fillStyle = color;
    context.beginPath();
    context.ellipse(x, y, 62 - i * 15, 72, 0, 0, 2 * Math.PI);
    context.fill();
  });
  context.restore();
  context.strokeStyle = "#6a4a3a";
  context.lineWidth = 2;
  for (const side of [-1, 1]) {
    context.beginPath();
    context.moveTo(x + side * 26, y + 62);
    context.lineTo(x + side * 12, y + 96);
    context.stroke();
  }
  context.fillStyle = "#8a5d3b";
  context.fillRect(x - 14, y + 96, 28, 20);
}

/** What a cup leaves behind. */
function stain(context: Context, x: number, y: number): void {
  context.strokeStyle = "rgba(96, 56, 24, 0.62)";
  for (const [radius, width, start, end] of [
    [46, 9, 0.3, 5.9],
    [43, 4, 2, 6.6],
    [50, 3, 4, 8.5],
  ] as const) {
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius, start, end);
    context.stroke();
  }
  context.fillStyle = "rgba(96, 56, 24, 0.62)";
  for (const [dx, dy, radius] of [
    [58, 30, 7],
    [66, 46, 4],
    [-54, -34, 5],
    [30, 62, 5],
  ] as const)
    disc(context, x + dx, y + dy, radius);
}

/**
 * The picture to repair: a white plate, empty but for a few pips. Drawn, not photographed, so that it is ours; white in the
 * middle, so that the starter model, which has only seen pictures on white, can fill it.
 */
import { createSurface } from "../render/surface.ts";

const SIDE = 512;
type Context = OffscreenCanvasRenderingContext2D;

/** PNG bytes, 512 × 512, opaque. */
export async function breakfastPicture(): Promise<Uint8Array> {
  const { canvas, context } = createSurface(SIDE, SIDE);
  cloth(context);
  plate(context, 256, 256, 300);
  pips(context);
  flower(context, 44, 46);
  flower(context, 468, 466);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new Uint8Array(await blob.arrayBuffer());
}

function disc(context: Context, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function cloth(context: Context): void {
  context.fillStyle = "#fdf6ea";
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = "rgba(229, 83, 61, 0.16)";
  for (let at = 0; at < SIDE; at += 64) {
    context.fillRect(at, 0, 32, SIDE);
    context.fillRect(0, at, SIDE, 32);
  }
}

function plate(context: Context, x: number, y: number, radius: number): void {
  disc(context, x + 4, y + 6, radius, "rgba(90, 50, 30, 0.18)");
  disc(context, x, y, radius, "#ffffff");
}

/** What is left of the apple. */
function pips(context: Context): void {
  for (const [x, y, radius] of [
    [196, 236, 6],
    [214, 300, 4],
    [262, 330, 7],
    [318, 282, 5],
    [300, 226, 4],
    [246, 204, 5],
    [330, 240, 3],
    [228, 262, 3],
  ] as const)
    disc(context, x, y, radius, "#7a4a2a");
}

function flower(context: Context, x: number, y: number): void {
  disc(context, x - 26, y + 30, 16, "#5fa06f");
  disc(context, x + 30, y + 26, 14, "#5fa06f");
  for (let petal = 0; petal < 8; petal++) {
    const angle = (petal / 8) * 2 * Math.PI;
    disc(context, x + 27 * Math.cos(angle), y + 27 * Math.sin(angle), 15, "#ffd76a");
  }
  disc(context, x, y, 19, "#e5913d");
}

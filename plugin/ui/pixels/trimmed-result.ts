import type { Rect, Size } from "../../../shared/geometry.ts";
import { decode, newCanvas, toPng } from "./canvas.ts";
import type { FittedResult } from "./fitted-result.ts";

/**
 * A cut-out picture without the empty space around its subject, where the subject lies as the whole picture fills its target. The
 * whole one where nothing of it can be seen there.
 */
export async function trimmedResult(bytes: Uint8Array, target: Size): Promise<FittedResult> {
  const bitmap = await decode(bytes);
  const whole = newCanvas(bitmap);
  whole.drawImage(bitmap, 0, 0);
  const shown = shownBy(bitmap, target);
  const box = seen(whole, shown);
  if (box === null) return { bytes, fit: "cover" };
  const cut = newCanvas(box);
  cut.putImageData(whole.getImageData(box.x, box.y, box.width, box.height), 0, 0);
  const within = {
    x: (box.x - shown.x) / shown.width,
    y: (box.y - shown.y) / shown.height,
    width: box.width / shown.width,
    height: box.height / shown.height,
  };
  return { bytes: await toPng(cut), fit: { within } };
}

/** What a target shows of a picture that covers it, pixels. */
function shownBy({ width, height }: Size, target: Size): Rect {
  const scale = Math.max(target.width / width, target.height / height);
  const size = { width: target.width / scale, height: target.height / scale };
  return { x: (width - size.width) / 2, y: (height - size.height) / 2, ...size };
}

/** The box of all pixels within `shown` that show anything; null where none does. */
function seen(context: CanvasRenderingContext2D, shown: Rect): Rect | null {
  const [x0, y0] = [Math.ceil(shown.x), Math.ceil(shown.y)];
  const [width, height] = [Math.floor(shown.x + shown.width) - x0, Math.floor(shown.y + shown.height) - y0];
  const { data } = context.getImageData(x0, y0, width, height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 0) continue;
    const [x, y] = [((i - 3) / 4) % width, Math.floor((i - 3) / 4 / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  return right < 0 ? null : { x: x0 + left, y: y0 + top, width: right - left + 1, height: bottom - top + 1 };
}

/** Pixels in the iframe: exports of layers laid into a target's own space, as PNG. */
import { type Affine, compose, invert, isTranslation } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import type { LayerExport, Ticket } from "../../bridge.ts";
import { decode, drawThrough, newCanvas, toPage, toPng } from "./canvas.ts";

type Place = Pick<Ticket, "width" | "height" | "transform">;

/** Whether a picture's bytes are those of one that moves. */
const isGif = (bytes: Uint8Array): boolean => [0x47, 0x49, 0x46, 0x38].every((byte, i) => bytes[i] === byte);

/** An address under which `<img>` shows these bytes; release it with `URL.revokeObjectURL`. */
export function addressOf(bytes: Uint8Array): string {
  return URL.createObjectURL(new Blob([bytes.slice()], { type: isGif(bytes) ? "image/gif" : "image/png" }));
}

/**
 * The picture of a target in the target's own space. Upright targets keep Figma's bytes; turned and flipped ones are turned
 * back, so that the model sees them as they were drawn.
 */
async function pictureOf(
  target: Place,
  exported: LayerExport,
  scale: number,
): Promise<{ bytes: Uint8Array; size: Size }> {
  const bitmap = await decode(exported.bytes);
  if (isTranslation(target.transform))
    return { bytes: exported.bytes, size: { width: bitmap.width, height: bitmap.height } };
  const size = { width: Math.round(target.width * scale), height: Math.round(target.height * scale) };
  const context = newCanvas(size);
  const fromTarget: Affine = [
    [size.width / target.width, 0, 0],
    [0, size.height / target.height, 0],
  ];
  drawInto(context, target, { bitmap, box: exported.box, fromTarget });
  return { bytes: await toPng(context), size };
}

/**
 * The target's picture at exactly `size`, on white, as image to image wants it. Where the shapes differ it lies in the
 * middle and its edges are stretched outward, which is just what Figma cuts off again when the result fills the layer.
 */
export async function pictureAt(target: Place, exported: LayerExport, size: Size): Promise<Uint8Array> {
  const own = await pictureOf(target, exported, Math.max(size.width / target.width, size.height / target.height));
  const bitmap = await decode(own.bytes);
  const context = newCanvas(size);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  const scale = Math.min(size.width / target.width, size.height / target.height);
  const [width, height] = [target.width * scale, target.height * scale];
  context.fillRect((size.width - width) / 2, (size.height - height) / 2, width, height);
  context.drawImage(bitmap, (size.width - width) / 2, (size.height - height) / 2, width, height);
  return await toPng(context);
}

/** The target's picture as it is, with its transparency, at about `scale` pixels for one of the canvas. */
export const wholePicture = async (target: Place, exported: LayerExport, scale: number): Promise<Uint8Array> =>
  (await pictureOf(target, exported, scale)).bytes;

/** A reference: the layer on white, the whole of it. */
export async function referenceOf(exported: LayerExport): Promise<Uint8Array> {
  const bitmap = await decode(exported.bytes);
  const context = newCanvas(bitmap);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  return await toPng(context);
}

/** Draws an export, which covers `box` on the page, into a canvas that `fromTarget` leads to from the target's own space. */
function drawInto(
  context: CanvasRenderingContext2D,
  target: Place,
  { bitmap, box, fromTarget }: { bitmap: ImageBitmap; box: Rect; fromTarget: Affine },
): void {
  drawThrough(context, compose(fromTarget, compose(invert(target.transform), toPage(bitmap, box))), bitmap);
}

/** Pixels in the iframe: exports of layers laid into a target's own space, as PNG. */
import { type Affine, compose, invert, isTranslation } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import type { LayerExport, Ticket } from "../../bridge.ts";
import { decode, drawThrough, newCanvas, toPage, toPng } from "./canvas.ts";
import type { SourceRaster } from "./source-raster.ts";

type Place = Pick<Ticket, "width" | "height" | "transform">;

/** An address under which `<img>` shows these bytes; release it with `URL.revokeObjectURL`. */
export function addressOf(bytes: Uint8Array): string {
  return URL.createObjectURL(new Blob([bytes.slice()], { type: "image/png" }));
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

/** A reference: the layer on white, the whole of it. */
export async function referenceOf(exported: LayerExport): Promise<Uint8Array> {
  const bitmap = await decode(exported.bytes);
  const context = newCanvas(bitmap);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  return await toPng(context);
}

export interface Mask {
  /** White, with the mask as alpha. */
  readonly bytes: Uint8Array;
  /** Where it is at least half opaque; null where it is nowhere. */
  readonly bounds: Rect | null;
}

/** A mask whose PNG may not be needed. */
export interface DrawnMask extends Omit<Mask, "bytes"> {
  /** 8-bit coverage, row-major. */
  readonly coverage: Uint8Array;
  toPng(): Promise<Uint8Array>;
}

/**
 * A layer's alpha as a mask on a raster of the target, within the target's outline. A half-transparent layer (one draws masks
 * so, to see what is under them) counts as if it were opaque: its strongest alpha becomes 1.
 */
export async function maskOf(target: Outlined, exported: LayerExport, raster: Raster): Promise<DrawnMask> {
  const context = newCanvas(raster.size);
  clipTo(context, target, raster.fromTarget);
  drawInto(context, target, { bitmap: await decode(exported.bytes), box: exported.box, fromTarget: raster.fromTarget });
  return { ...whitened(context), toPng: () => toPng(context) };
}

type Raster = Pick<SourceRaster, "size" | "fromTarget">;
type Outlined = Place & Pick<Ticket, "outline">;

/** What lies outside of the target's outline is not seen. */
function clipTo(context: CanvasRenderingContext2D, { width, height, outline }: Outlined, fromTarget: Affine): void {
  const path = new Path2D(outline ?? `M 0 0 L ${width} 0 L ${width} ${height} L 0 ${height} Z`);
  const [[a, c, e], [b, d, f]] = fromTarget;
  const onRaster = new Path2D();
  onRaster.addPath(path, { a, b, c, d, e, f });
  context.clip(onRaster);
}

/** What a canvas shows, as a mask. */
export async function maskOn(context: CanvasRenderingContext2D): Promise<Mask> {
  const { bounds } = whitened(context);
  return { bytes: await toPng(context), bounds };
}

function whitened(context: CanvasRenderingContext2D) {
  const { width, height } = context.canvas;
  const pixels = context.getImageData(0, 0, width, height);
  const bounds = whiten(pixels);
  context.putImageData(pixels, 0, 0);
  const { data } = pixels;
  return { bounds, coverage: Uint8Array.from({ length: width * height }, (_, i) => data[i * 4 + 3]!) };
}

const HALF = 128;

/** Turns pixels white and their strongest alpha into 255, in place; returns the bounds of all that is half opaque or more. */
function whiten({ data, width, height }: ImageData): Rect | null {
  let strongest = 0;
  for (let i = 3; i < data.length; i += 4) strongest = Math.max(strongest, data[i]!);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    data[i] = data[i + 1] = data[i + 2] = 255;
    if (alpha === 0) continue;
    data[i + 3] = Math.round((alpha * 255) / strongest);
    if (data[i + 3]! < HALF) continue;
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return strongest === 0 ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Draws an export, which covers `box` on the page, into a canvas that `fromTarget` leads to from the target's own space. */
function drawInto(
  context: CanvasRenderingContext2D,
  target: Place,
  { bitmap, box, fromTarget }: { bitmap: ImageBitmap; box: Rect; fromTarget: Affine },
): void {
  drawThrough(context, compose(fromTarget, compose(invert(target.transform), toPage(bitmap, box))), bitmap);
}

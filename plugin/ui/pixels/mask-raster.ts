/** Layers as a mask: where they cover a picture. */
import { type Affine, compose, invert } from "../../../shared/affine.ts";
import type { Rect } from "../../../shared/geometry.ts";
import { type Mask, maskBounds } from "../../../shared/mask.ts";
import type { LayerExport, MaskShape, Ticket } from "../../bridge.ts";
import { decode, newCanvas, toPage, toPng } from "./canvas.ts";
import { sampleCoverage } from "./sample-coverage.ts";
import { padded, widened, withInside } from "./shape-mask.ts";
import type { SourceRaster } from "./source-raster.ts";

type Raster = Pick<SourceRaster, "size" | "fromTarget">;
type Outlined = Pick<Ticket, "width" | "height" | "transform" | "outline" | "expand">;

/** A mask on a raster, whose PNG may not be needed. */
export interface DrawnMask {
  /** 8-bit, row-major. */
  readonly coverage: Uint8Array;
  /** Where it is at least half opaque; null where it is nowhere. */
  readonly bounds: Rect | null;
  /** White, with the mask as alpha. */
  toPng(): Promise<Uint8Array>;
}

/** A layer that says where. */
export interface MaskLayer {
  readonly exported: LayerExport;
  /** How wide its lines are drawn, canvas pixels, where it is made of lines only. */
  readonly line?: number | undefined;
}

export interface LaidMask extends DrawnMask {
  /** True where a line of it encloses an area. */
  readonly hasLoop: boolean;
}

/**
 * All that the layers cover, on a raster of the target, within the target's outline, unless a Fill goes beyond it. A half-transparent layer (one draws masks
 * so, to see what is under them) counts as if it were opaque: its strongest alpha becomes 1.
 */
export async function masksOn(
  { target, raster, shape }: { readonly target: Outlined; readonly raster: Raster; readonly shape: MaskShape },
  layers: readonly MaskLayer[],
): Promise<LaidMask> {
  const { size, fromTarget } = raster;
  const within =
    target.expand === undefined ? outlineOn(target, raster) : new Uint8Array(size.width * size.height).fill(255);
  const coverage = new Uint8Array(size.width * size.height);
  let hasLoop = false;
  for (const layer of layers) {
    const shaped = await shapedMask(layer, shape);
    const fromPage = compose(fromTarget, invert(target.transform));
    const own = sampleCoverage(shaped.mask, compose(fromPage, shaped.toPage), size);
    own.forEach((value, i) => {
      if (value > coverage[i]!) coverage[i] = value;
    });
    hasLoop ||= shaped.enclosed;
  }
  const { inverted } = shape;
  const data = coverage.map((value, i) => Math.round(((inverted ? 255 - value : value) * within[i]!) / 255));
  return { ...drawnMask({ ...size, data }), hasLoop };
}

/** A layer's alpha, its lines as wide and as full as they are to count, and where that lies on the page. */
async function shapedMask({ exported, line }: MaskLayer, { loop, brush }: MaskShape) {
  const { box } = exported;
  const bitmap = await decode(exported.bytes);
  const context = newCanvas(bitmap);
  context.drawImage(bitmap, 0, 0);
  const drawn = strongest(context);
  const toPageOf = (margin: number): Affine =>
    compose(toPage(bitmap, box), [
      [1, 0, -margin],
      [0, 1, -margin],
    ]);
  if (line === undefined) return { mask: drawn, toPage: toPageOf(0), enclosed: false };
  const by = (((brush ?? line) - line) / 2) * (bitmap.width / box.width);
  const margin = Math.max(0, Math.ceil(by) + 1);
  const wide = by === 0 ? drawn : widened(padded(drawn, margin), by);
  const filled = withInside(wide);
  return {
    mask: loop === "area" ? filled.mask : wide,
    toPage: toPageOf(by === 0 ? 0 : margin),
    enclosed: filled.enclosed,
  };
}

/** Alpha, of which the most is 255. */
function strongest(context: CanvasRenderingContext2D): Mask {
  const { width, height } = context.canvas;
  const data = alphaOn(context);
  const most = data.reduce((found, value) => Math.max(found, value), 0);
  return { width, height, data: most === 0 ? data : data.map((value) => Math.round((value * 255) / most)) };
}

/** What lies outside of the target's outline is not seen. */
function outlineOn({ width, height, outline }: Outlined, { size, fromTarget }: Raster): Uint8Array {
  const context = newCanvas(size);
  const [[a, c, e], [b, d, f]] = fromTarget;
  context.setTransform(a, b, c, d, e, f);
  context.fill(new Path2D(outline ?? `M 0 0 L ${width} 0 L ${width} ${height} L 0 ${height} Z`));
  return alphaOn(context);
}

/** What a canvas shows, as a mask; its strongest alpha becomes 1. */
export const maskOn = (context: CanvasRenderingContext2D): DrawnMask => drawnMask(strongest(context));

export function drawnMask(mask: Mask): DrawnMask {
  return { coverage: mask.data, bounds: maskBounds(mask) ?? null, toPng: () => toPng(white(mask)) };
}

function white({ data, ...size }: Mask): CanvasRenderingContext2D {
  const context = newCanvas(size);
  const pixels = context.createImageData(size.width, size.height);
  pixels.data.fill(255);
  data.forEach((value, i) => {
    pixels.data[i * 4 + 3] = value;
  });
  context.putImageData(pixels, 0, 0);
  return context;
}

function alphaOn(context: CanvasRenderingContext2D): Uint8Array {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) => data[i * 4 + 3]!);
}

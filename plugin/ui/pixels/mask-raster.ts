/** Layers as a mask: where they cover a picture. */
import { type Affine, compose, invert } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import { type Mask, maskBounds } from "../../../shared/mask.ts";
import type { LayerExport, MaskOutline, MaskShape, Ticket } from "../../bridge.ts";
import { decode, newCanvas, toPage } from "./canvas.ts";
import { fillPath } from "./fill-path.ts";
import { greyPng } from "./grey-png.ts";
import { madeOnce } from "./made-once.ts";
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
  /** Grey, white where it covers; made once. */
  toPng(): Promise<Uint8Array>;
}

/** The pixels of a layer that says where. */
export interface MaskPixels {
  readonly exported: LayerExport;
  /** How wide its lines are drawn, canvas pixels, where it is made of lines only. */
  readonly line?: number | undefined;
}

export interface LaidMask extends DrawnMask {
  /** True where a line of it encloses an area. */
  readonly hasLoop: boolean;
}

interface MaskPlace {
  readonly target: Outlined;
  readonly raster: Raster;
  readonly shape: MaskShape;
}

/** The mask that outlines alone said last, by all that it follows from. */
let latest: { readonly key: string; readonly mask: () => Promise<LaidMask> } | undefined;

/**
 * All that the layers cover, on a raster of the target, within the target's outline, unless a Fill goes beyond it. A half-transparent layer (one draws masks
 * so, to see what is under them) counts as if it were opaque: its strongest alpha becomes 1. What outlines alone say is drawn once:
 * a run finds the mask that its preview showed. Nobody may change its coverage.
 */
export function masksOn(place: MaskPlace, layers: readonly (MaskPixels | MaskOutline)[]): Promise<LaidMask> {
  if (layers.some((layer) => "exported" in layer)) return drawMasks(place, layers);
  const { target, raster, shape } = place;
  const { width, height, transform, outline, expand } = target;
  const { size, fromTarget } = raster;
  const key = JSON.stringify([{ width, height, transform, outline, expand }, { size, fromTarget }, shape, layers]);
  if (latest?.key !== key) latest = { key, mask: madeOnce(() => drawMasks(place, layers)) };
  return latest.mask();
}

async function drawMasks(
  { target, raster, shape }: MaskPlace,
  layers: readonly (MaskPixels | MaskOutline)[],
): Promise<LaidMask> {
  const { size, fromTarget } = raster;
  const within =
    target.expand === undefined ? outlineOn(target, raster) : new Uint8Array(size.width * size.height).fill(255);
  const coverage = new Uint8Array(size.width * size.height);
  let hasLoop = false;
  const fromPage = compose(fromTarget, invert(target.transform));
  for (const layer of layers) {
    const { own, enclosed } =
      "exported" in layer
        ? await sampled(layer, { size, fromPage, shape })
        : { own: fillPath(layer, compose(fromPage, layer.transform), size), enclosed: false };
    for (let i = 0; i < own.length; i++) if (own[i]! > coverage[i]!) coverage[i] = own[i]!;
    hasLoop ||= enclosed;
  }
  const { inverted } = shape;
  const data = new Uint8Array(coverage.length);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.round(((inverted ? 255 - coverage[i]! : coverage[i]!) * within[i]!) / 255);
  return { ...drawnMask({ ...size, data }), hasLoop };
}

interface OnPage {
  readonly size: Size;
  readonly fromPage: Affine;
}

/** What a layer covers as it is drawn. */
async function sampled(layer: MaskPixels, { size, fromPage, shape }: OnPage & { readonly shape: MaskShape }) {
  const { mask, toPage, enclosed } = await shapedMask(layer, shape);
  return { own: sampleCoverage(mask, compose(fromPage, toPage), size), enclosed };
}

/** A layer's alpha, its lines as wide and as full as they are to count, and where that lies on the page. */
async function shapedMask({ exported, line }: MaskPixels, { loop, brush }: MaskShape) {
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
  let most = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > most) most = data[i]!;
  if (most > 0 && most < 255) {
    const levels = Uint8Array.from({ length: most + 1 }, (_, value) => Math.round((value * 255) / most));
    for (let i = 0; i < data.length; i++) data[i] = levels[data[i]!]!;
  }
  return { width, height, data };
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
  return { coverage: mask.data, bounds: maskBounds(mask) ?? null, toPng: madeOnce(() => greyPng(mask)) };
}

function alphaOn(context: CanvasRenderingContext2D): Uint8Array {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = data[i * 4 + 3]!;
  return alpha;
}

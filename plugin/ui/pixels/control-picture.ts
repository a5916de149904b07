/** Pictures that lie over the result: for ControlNet and T2I-Adapter, and where a reference counts. At exactly the size of use. */
import { compose } from "../../../shared/affine.ts";
import type { Drawing, LayerExport, ShapeOutline } from "../../bridge.ts";
import { decode, drawThrough, newCanvas, toPage, toPng } from "./canvas.ts";
import { type DrawnMask, maskOn } from "./mask-raster.ts";
import { fromPage, type Placement } from "./placement.ts";

/** Strokes up to this many lines wide are lines; wider ones are shapes, and have an outline. */
const WIDEST_STROKE = 3;

/** Layers' pixels where they belong, on nothing, or on black where a layer is the control picture itself. */
export async function layersPicture(
  exports: readonly LayerExport[],
  placement: Placement,
  ground: "transparent" | "black",
): Promise<Uint8Array> {
  const context = newCanvas(placement.size);
  if (ground === "black") fillBlack(context);
  for (const exported of exports) await drawLayer(context, exported, placement);
  return await toPng(context);
}

/** Where a layer covers the result, as a mask. */
export async function coverage(exported: LayerExport, placement: Placement): Promise<DrawnMask> {
  const context = newCanvas(placement.size);
  await drawLayer(context, exported, placement);
  return maskOn(context);
}

async function drawLayer(
  context: CanvasRenderingContext2D,
  { bytes, box }: LayerExport,
  placement: Placement,
): Promise<void> {
  const bitmap = await decode(bytes);
  drawThrough(context, compose(fromPage(placement, box), toPage(bitmap, box)), bitmap);
}

/** A drawing's own lines, white on black. Shapes hide the lines under them. */
export async function linePicture({ box, shapes }: Drawing, placement: Placement): Promise<Uint8Array> {
  const context = newCanvas(placement.size);
  fillBlack(context);
  context.lineJoin = context.lineCap = "round";
  const map = fromPage(placement, box);
  for (const shape of shapes) drawShape(context, shape, { map, line: placement.line });
  return await toPng(context);
}

interface Pen {
  readonly map: ReturnType<typeof fromPage>;
  /** Pixels. */
  readonly line: number;
}

function drawShape(context: CanvasRenderingContext2D, shape: ShapeOutline, { map, line }: Pen): void {
  const [[a, c, e], [b, d, f]] = compose(map, shape.transform);
  const matrix = new DOMMatrix([a, b, c, d, e, f]);
  const fills = shape.fill.map((path) => ({ outline: placed(path.data, matrix), rule: RULES[path.windingRule] }));
  const strokes = shape.stroke.map((path) => ({ outline: placed(path.data, matrix), rule: RULES[path.windingRule] }));
  if (shape.covers) for (const { outline, rule } of fills) fill(context, outline, rule, "black");
  const width = shape.strokeWeight * Math.sqrt(Math.abs(a * d - b * c));
  const isLine = strokes.length > 0 && width <= WIDEST_STROKE * line;
  context.strokeStyle = "white";
  if (isLine) {
    context.lineWidth = line - width;
    for (const { outline, rule } of strokes) {
      fill(context, outline, rule, "white");
      if (width < line) context.stroke(outline);
    }
    return;
  }
  context.lineWidth = line;
  for (const { outline, rule } of strokes) fill(context, outline, rule, "black");
  for (const { outline } of strokes.length > 0 ? strokes : fills) context.stroke(outline);
}

const RULES = { NONZERO: "nonzero", EVENODD: "evenodd", NONE: null } as const;

function fill(
  context: CanvasRenderingContext2D,
  outline: Path2D,
  rule: CanvasFillRule | null,
  color: "black" | "white",
): void {
  if (rule === null) return;
  context.fillStyle = color;
  context.fill(outline, rule);
}

function placed(data: string, matrix: DOMMatrix): Path2D {
  const path = new Path2D();
  path.addPath(new Path2D(data), matrix);
  return path;
}

function fillBlack(context: CanvasRenderingContext2D): void {
  context.fillStyle = "black";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

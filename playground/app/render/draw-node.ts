/** Draws a node with everything in it: shadows, fills, children, strokes; opacity, blending, clipping and masks. */
import { solid } from "../../host/paint.ts";
import type { NodeRecord } from "../../host/record.ts";
import type { Scene } from "../../host/scene.ts";
import type { DecodedImages } from "./decoded-images.ts";
import { blurOf, dropShadow, shadowsOf } from "./effects.ts";
import { compositeOf, css, paintBox } from "./paints.ts";
import { fillRuleOf, isOpen, outlineOf } from "./shape.ts";
import { type Context, createSurface } from "./surface.ts";
import { drawText } from "./text.ts";

export interface Drawing {
  readonly scene: Scene;
  readonly images: DecodedImages;
}

const boxOf = ({ width, height }: NodeRecord) => ({ x: 0, y: 0, width, height });

/** `context` is in page space, scaled and moved as its owner likes. */
export function drawNode(drawing: Drawing, context: Context, id: string): void {
  const node = drawing.scene.get(id);
  if (!node.visible || node.type === "SLICE") return;
  const blur = blurOf(node.effects);
  const apart = node.opacity < 1 || blur > 0 || compositeOf(node.blendMode) !== "source-over";
  if (!apart) {
    drawPlain(drawing, context, node);
    return;
  }
  inLayer(context, (layer) => drawPlain(drawing, layer, node), {
    alpha: node.opacity,
    composite: compositeOf(node.blendMode),
    blur,
  });
}

interface LayerOptions {
  readonly alpha?: number;
  readonly composite?: GlobalCompositeOperation;
  readonly blur?: number;
}

/** Draws on a canvas of its own with the same transform, then puts that onto `context`. */
export function inLayer(context: Context, draw: (layer: Context) => void, options: LayerOptions): void {
  const { canvas, context: layer } = createSurface(context.canvas.width, context.canvas.height);
  const transform = context.getTransform();
  layer.setTransform(transform);
  draw(layer);
  context.save();
  context.resetTransform();
  context.globalAlpha = options.alpha ?? 1;
  context.globalCompositeOperation = options.composite ?? "source-over";
  const scale = Math.hypot(transform.a, transform.b);
  if ((options.blur ?? 0) > 0) context.filter = `blur(${(options.blur! * scale) / 2}px)`;
  context.drawImage(canvas, 0, 0);
  context.restore();
}

/** Enters the node's own space, as `draw` finds it. */
function inSpaceOf(drawing: Drawing, context: Context, node: NodeRecord, draw: () => void): void {
  const [[a, c, e], [b, d, f]] = drawing.scene.absoluteTransform(node.id);
  context.save();
  context.transform(a, b, c, d, e, f);
  draw();
  context.restore();
}

const BLACK = [solid("#000000")];

/** A node's fill or its stroke alone, in black; the stroke centred on the outline. */
export function drawSilhouette(drawing: Drawing, context: Context, id: string, part: "fill" | "stroke"): void {
  const node: NodeRecord = { ...drawing.scene.get(id), fills: BLACK, strokes: BLACK, strokeAlign: "CENTER" };
  if (part === "fill" && node.type === "BOOLEAN_OPERATION") drawBoolean(drawing, context, node);
  else
    inSpaceOf(drawing, context, node, () => {
      if (part === "fill") drawFills(drawing, context, node, outlineOf(node));
      else drawStrokes(drawing, context, node, outlineOf(node));
    });
}

function drawPlain(drawing: Drawing, context: Context, node: NodeRecord): void {
  if (node.type === "GROUP" || node.type === "PAGE") {
    drawChildren(drawing, context, node.children);
    return;
  }
  if (node.type === "BOOLEAN_OPERATION") {
    drawBoolean(drawing, context, node);
    return;
  }
  inSpaceOf(drawing, context, node, () => {
    const outline = outlineOf(node);
    const { a, b } = context.getTransform();
    if (node.type !== "TEXT" && node.fills.some((fill) => fill.visible !== false))
      for (const shadow of shadowsOf(node.effects)) dropShadow(context, shadow, outline, node, Math.hypot(a, b));
    drawFills(drawing, context, node, outline);
  });
  if (node.children.length > 0) {
    context.save();
    if (node.clipsContent) {
      const { a, b, c, d, e, f } = toMatrix(drawing, node);
      const clip = new Path2D();
      clip.addPath(outlineOf(node), { a, b, c, d, e, f });
      context.clip(clip);
    }
    drawChildren(drawing, context, node.children);
    context.restore();
  }
  inSpaceOf(drawing, context, node, () => drawStrokes(drawing, context, node, outlineOf(node)));
}

function toMatrix(drawing: Drawing, node: NodeRecord): DOMMatrix {
  const [[a, c, e], [b, d, f]] = drawing.scene.absoluteTransform(node.id);
  return new DOMMatrix([a, b, c, d, e, f]);
}

function drawFills(drawing: Drawing, context: Context, node: NodeRecord, outline: Path2D): void {
  if (node.fills.length === 0) return;
  if (node.type === "TEXT") {
    const only = node.fills.length === 1 ? node.fills[0] : undefined;
    if (only?.type === "SOLID" && only.visible !== false) {
      context.save();
      context.globalAlpha *= only.opacity ?? 1;
      context.fillStyle = css(only.color);
      drawText(context, node, "fill");
      context.restore();
      return;
    }
    inLayer(
      context,
      (layer) => {
        drawText(layer, node, "fill");
        layer.globalCompositeOperation = "source-in";
        paintBox(layer, node.fills, boxOf(node), drawing.images);
      },
      {},
    );
    return;
  }
  if (isOpen(node)) return;
  context.save();
  context.clip(outline, fillRuleOf(node));
  paintBox(context, node.fills, boxOf(node), drawing.images);
  context.restore();
}

const CAPS: Readonly<Record<string, CanvasLineCap>> = { NONE: "butt", ROUND: "round", SQUARE: "square" };
const JOINS: Readonly<Record<string, CanvasLineJoin>> = { MITER: "miter", BEVEL: "bevel", ROUND: "round" };

function drawStrokes(drawing: Drawing, context: Context, node: NodeRecord, outline: Path2D): void {
  const strokes = node.strokes.filter((stroke) => stroke.visible !== false);
  const [only] = strokes;
  if (only === undefined || node.strokeWeight === 0) return;
  const inside = node.strokeAlign === "INSIDE" && !isOpen(node) && node.type !== "TEXT";
  const outside = node.strokeAlign === "OUTSIDE" && !isOpen(node);
  const trace = (layer: Context) => {
    layer.lineWidth = node.strokeWeight * (inside || outside ? 2 : 1);
    layer.lineCap = CAPS[node.strokeCap] ?? "butt";
    layer.lineJoin = JOINS[node.strokeJoin] ?? "miter";
    layer.miterLimit = node.strokeMiterLimit;
    layer.setLineDash([...node.dashPattern]);
    layer.save();
    if (inside) layer.clip(outline, fillRuleOf(node));
    if (node.type === "TEXT") drawText(layer, node, "stroke");
    else layer.stroke(outline);
    layer.restore();
  };
  if (strokes.length === 1 && only.type === "SOLID" && !outside) {
    context.strokeStyle = css(only.color, only.opacity ?? 1);
    trace(context);
    return;
  }
  inLayer(
    context,
    (layer) => {
      trace(layer);
      if (outside && node.type !== "TEXT") {
        layer.globalCompositeOperation = "destination-out";
        layer.fill(outline, fillRuleOf(node));
      }
      layer.globalCompositeOperation = "source-in";
      paintBox(layer, node.strokes, boxOf(node), drawing.images);
    },
    {},
  );
}

/** Back to front; a mask hides what follows it among its siblings, up to the next mask. */
function drawChildren(drawing: Drawing, context: Context, ids: readonly string[]): void {
  const first = ids.findIndex((id) => drawing.scene.get(id).isMask && drawing.scene.get(id).visible);
  for (const id of first === -1 ? ids : ids.slice(0, first)) drawNode(drawing, context, id);
  if (first === -1) return;
  const [mask, ...masked] = ids.slice(first) as [string, ...string[]];
  const next = masked.findIndex((id) => drawing.scene.get(id).isMask);
  const own = next === -1 ? masked : masked.slice(0, next);
  inLayer(
    context,
    (layer) => {
      drawChildren(drawing, layer, own);
      inLayer(layer, (shape) => drawNode(drawing, shape, mask), { composite: "destination-in" });
    },
    {},
  );
  if (next !== -1) drawChildren(drawing, context, masked.slice(next));
}

const COMBINE: Readonly<Record<NodeRecord["booleanOperation"], GlobalCompositeOperation>> = {
  UNION: "source-over",
  SUBTRACT: "destination-out",
  INTERSECT: "destination-in",
  EXCLUDE: "xor",
};

/** The children's silhouettes combined, painted with the operation's own fills. */
function drawBoolean(drawing: Drawing, context: Context, node: NodeRecord): void {
  inLayer(
    context,
    (layer) => {
      node.children.forEach((child, i) => {
        const composite = i === 0 ? "source-over" : COMBINE[node.booleanOperation];
        inLayer(layer, (shape) => drawNode(drawing, shape, child), { composite });
      });
      layer.globalCompositeOperation = "source-in";
      inSpaceOf(drawing, layer, node, () => paintBox(layer, node.fills, boxOf(node), drawing.images));
    },
    {},
  );
}

/** `exportAsync`: the same drawing, off the screen. */
import { boundingBox, renderBounds } from "../../host/bounds.ts";
import type { ExportSettings } from "../../host/stage.ts";
import { type Box, intersectionOf } from "../../host/transform.ts";
import { type Drawing, drawNode } from "./draw-node.ts";
import { createSurface } from "./surface.ts";

/** Browsers draw no larger; Figma gives up at about the same size. */
const MAX_SIDE = 16_384;

/** The part of the page that an export shows. */
export function exportBox({ scene }: Drawing, id: string, useAbsoluteBounds: boolean): Box {
  if (useAbsoluteBounds || scene.get(id).type === "SLICE") return boundingBox(scene, id);
  const box = renderBounds(scene, id);
  if (box === null) throw new Error("Failed to export node. This node may not have any visible layers");
  return box;
}

function scaleOf({ width, height }: Box, constraint: ExportSettings["constraint"]): number {
  if (constraint === undefined) return 1;
  const { type, value } = constraint;
  return type === "SCALE" ? value : value / (type === "WIDTH" ? width : height);
}

/** PNG or JPEG bytes of a node as it looks. */
export async function exportNode(drawing: Drawing, id: string, settings: ExportSettings): Promise<Uint8Array> {
  await drawing.images.ready();
  const { scene } = drawing;
  const box = exportBox(drawing, id, settings.useAbsoluteBounds === true);
  const scale = scaleOf(box, settings.constraint);
  const [width, height] = [Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale))];
  if (width > MAX_SIDE || height > MAX_SIDE)
    throw new Error(`Failed to export node. ${width} × ${height} pixels are too many`);
  const { canvas, context } = createSurface(width, height);
  if (settings.format === "JPG") {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
  }
  context.scale(width / box.width, height / box.height);
  context.translate(-box.x, -box.y);
  const slice = scene.get(id).type === "SLICE";
  if (slice || settings.contentsOnly === false) {
    for (const child of scene.pageOf(id)!.children) drawNode(drawing, context, child);
  } else {
    if (settings.useAbsoluteBounds !== true) clipToAncestors(drawing, context, id);
    drawNode(drawing, context, id);
  }
  const type = settings.format === "JPG" ? "image/jpeg" : "image/png";
  const blob = await canvas.convertToBlob({ type, quality: 0.92 });
  return new Uint8Array(await blob.arrayBuffer());
}

/** A node that frames around it crop is exported as it shows. */
function clipToAncestors({ scene }: Drawing, context: OffscreenCanvasRenderingContext2D, id: string): void {
  for (const { id: ancestor, clipsContent } of scene.ancestors(id)) {
    if (!clipsContent) continue;
    const box = boundingBox(scene, ancestor);
    if (intersectionOf(box, boundingBox(scene, id)) === null) continue;
    const clip = new Path2D();
    clip.rect(box.x, box.y, box.width, box.height);
    context.clip(clip);
  }
}

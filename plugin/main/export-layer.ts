import { Problem } from "../../shared/problem.ts";
import type { CallInput, LayerExport } from "../bridge.ts";
import { existingLayer, findLayer } from "./find-layer.ts";
import { isInside, renderBoundsOf } from "./layer.ts";
import { whileVisible } from "./while-visible.ts";

const THUMBNAIL_PIXELS = 192;

/** A small PNG of the layer as it looks. */
export async function exportThumbnail(node: SceneNode): Promise<Uint8Array> {
  const longest = Math.max(node.width, node.height);
  return await node.exportAsync({
    format: "PNG",
    contentsOnly: true,
    colorProfile: "SRGB",
    constraint: { type: "SCALE", value: Math.min(2, THUMBNAIL_PIXELS / longest) },
  });
}

/**
 * The layer's pixels as a PNG in sRGB, without what lies under it, and the page rectangle that they cover. A layer inside it
 * that must not be seen is hidden for the time of the export, a hidden one shown where that is asked for; otherwise the document is left alone.
 * Problems: "target-gone", "selection-unsupported" where the layer shows nothing.
 */
export async function exportLayer({
  node: id,
  scale,
  bounds,
  without = [],
  evenHidden = false,
  withoutResults = false,
}: CallInput<"export-layer">): Promise<LayerExport> {
  const node = await findLayer(id);
  const unseen: SceneNode[] = [];
  // What is gone is not seen either.
  for (const one of without) unseen.push(...[await existingLayer(one)].filter((layer) => layer !== null));
  if (withoutResults && "findAll" in node)
    unseen.push(...node.findAll((child) => child.visible && child.getPluginData("target") === node.id));
  return await whileVisible(
    { shown: evenHidden && !node.visible ? [node] : [], hidden: unseen.filter((layer) => isInside(layer, node)) },
    () => pixelsOf(node, { scale, bounds }),
  );
}

async function pixelsOf(
  node: SceneNode,
  { scale, bounds }: Pick<CallInput<"export-layer">, "scale" | "bounds">,
): Promise<LayerExport> {
  const box = bounds === "box" ? node.absoluteBoundingBox : renderBoundsOf(node);
  if (box === null)
    throw new Problem("selection-unsupported", `“${node.name}” shows nothing. Make it visible, then try again.`);
  const bytes = await node.exportAsync({
    format: "PNG",
    contentsOnly: true,
    useAbsoluteBounds: bounds === "box",
    colorProfile: "SRGB",
    constraint: { type: "SCALE", value: scale },
  });
  return { bytes, box: { x: box.x, y: box.y, width: box.width, height: box.height } };
}

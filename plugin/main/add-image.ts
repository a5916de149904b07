import { Problem } from "../../shared/problem.ts";
import type { CallInput, CallOutput } from "../bridge.ts";
import { findFreeSpot } from "./find-free-spot.ts";
import { describeLayer } from "./layer.ts";

/**
 * Puts a picture from outside on the page as a layer of its own, beside what is in view: in the file it can be found again, by
 * other designers, too. One undo step. Problem "image-not-readable".
 */
export async function addImage({
  bytes,
  name,
  width,
  height,
}: CallInput<"add-image">): Promise<CallOutput<"add-image">> {
  let image: Image;
  try {
    image = figma.createImage(bytes);
  } catch (cause) {
    throw new Problem("image-not-readable", `Figma did not accept “${name}”: ${String(cause)}`, { cause });
  }
  const layer = figma.createRectangle();
  layer.name = name;
  layer.resize(width, height);
  layer.fills = [{ type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" }];
  const { x, y } = figma.viewport.center;
  const middle: Transform = [
    [1, 0, x - width / 2],
    [0, 1, y - height / 2],
  ];
  const spot = findFreeSpot(null, { width, height, transform: middle }, layer.id);
  layer.x = spot.x;
  layer.y = spot.y;
  figma.commitUndo();
  return { layer: describeLayer(layer) };
}

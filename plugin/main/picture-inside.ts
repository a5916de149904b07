import type { Margins } from "../bridge.ts";
import { NO_MARGINS, outward, overhang } from "./margins.ts";
import { showsPicture } from "./shows-picture.ts";

/** The one picture of a frame that shows none itself, where it is smaller than the frame; undefined where there is none, or more. */
export function pictureInside(frame: SceneNode): SceneNode | undefined {
  if (frame.type !== "FRAME" || showsPicture(frame)) return undefined;
  const pictures = frame.findAll((node) => node.visible && showsPicture(node));
  const [picture, ...more] = pictures;
  return picture !== undefined && more.length === 0 && roomAround(picture, frame) !== undefined ? picture : undefined;
}

/** How far the nearest frame around a picture (or a given one) goes beyond it; undefined where it does not. */
export function roomAround(picture: SceneNode, frame: BaseNode | null = frameAround(picture)): Margins | undefined {
  if (frame === null || !("absoluteTransform" in frame)) return undefined;
  const room = outward(overhang(picture, [frame as SceneNode]));
  return Math.max(...Object.values(room)) >= 1 ? { ...NO_MARGINS, ...room } : undefined;
}

function frameAround(node: SceneNode): BaseNode | null {
  for (let at = node.parent; at !== null && at.type !== "PAGE"; at = at.parent) if (at.type === "FRAME") return at;
  return null;
}

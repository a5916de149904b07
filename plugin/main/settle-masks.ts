import type { MaskFate } from "../bridge.ts";
import { isInCopy } from "./in-copy.ts";

/**
 * What becomes of the masks of a picture that was placed, in the same step of undo. What lies in a component's copy can't be
 * taken out of it, and is hidden instead. Returns what the designer should know.
 */
export function settleMasks(masks: readonly SceneNode[], fate: MaskFate): string | undefined {
  if (fate === "keep") return undefined;
  const left = masks.filter((mask) => !mask.removed);
  for (const mask of left) {
    if (fate === "hide" || isInCopy(mask)) mask.visible = false;
    else mask.remove();
  }
  return fate === "remove" && left.some((mask) => !mask.removed)
    ? "A mask inside a component's copy can't be removed, so it is hidden."
    : undefined;
}

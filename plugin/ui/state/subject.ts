import type { LayerInfo, Mode, SelectionInfo } from "../../bridge.ts";

/** What is painted into, and in Fill the shape that says where. */
export interface Subject {
  readonly target: LayerInfo;
  readonly mask?: LayerInfo;
}

/**
 * What the selection means in the chosen mode: one shape over a picture is painted into by Generate and Edit, and is the mask
 * of that picture in Fill. Null where nothing can be painted into.
 */
export function subjectOf({
  selection,
  mode,
}: {
  readonly selection: SelectionInfo;
  readonly mode: Mode;
}): Subject | null {
  if (selection.kind !== "target") return null;
  const { target, mask, under } = selection;
  if (mode === "fill" && under !== undefined) return { target: under, mask: target };
  return mask === undefined ? { target } : { target, mask };
}

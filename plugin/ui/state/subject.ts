import type { LayerInfo, Mode, SelectionInfo } from "../../bridge.ts";

/** What is painted into, and in Fill the shape that says where. */
export interface Subject {
  readonly target: LayerInfo;
  readonly mask?: LayerInfo;
  /** More shapes over the target: together they are the mask. */
  readonly alsoMasks?: readonly LayerInfo[];
}

/** All of a subject's masks, the topmost first. */
export const masksOf = ({ mask, alsoMasks = [] }: Subject): LayerInfo[] =>
  mask === undefined ? [] : [mask, ...alsoMasks];

/**
 * What the selection means in the chosen mode: one shape over a picture is painted into by Generate and Edit, and is the mask
 * of that picture in Fill; a group of a picture and shapes is that picture and its mask; a frame with a smaller picture in it is the room that Fill expands that into. Null where nothing can be painted into.
 */
export function subjectOf({
  selection,
  mode,
}: {
  readonly selection: SelectionInfo;
  readonly mode: Mode;
}): Subject | null {
  if (selection.kind !== "target") return null;
  const { target, mask, alsoMasks, under, inside, holds } = selection;
  if (mode === "fill" && under !== undefined) return { target: under, mask: target };
  if (mode === "fill" && holds !== undefined) {
    const [first, ...others] = holds.masks;
    return { target: holds.picture, mask: first!, ...(others.length > 0 && { alsoMasks: others }) };
  }
  if (mode === "fill" && inside !== undefined) return { target: inside };
  return mask === undefined ? { target } : { target, mask, ...(alsoMasks && { alsoMasks }) };
}

/** What says where a Fill paints, the topmost first: of a picture, or of several that lie under the same shapes. */
export function fillMasksOf(state: Parameters<typeof subjectOf>[0]): readonly Pick<LayerInfo, "id" | "name">[] {
  const { selection, mode } = state;
  if (mode !== "fill") return [];
  if (selection.kind === "several") return selection.question?.masks ?? [];
  const subject = subjectOf(state);
  return subject === null ? [] : masksOf(subject);
}

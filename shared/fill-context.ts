import { type Context, type ContextOptions, chooseContext, type Rect, type Size } from "./geometry.ts";
import { edgeOf, touchedRect } from "./mask-edge.ts";
import type { Region } from "./request.ts";

export interface FillArea {
  readonly source: Size;
  /** Of the mask, in the source. */
  readonly maskBounds: Rect;
  readonly region: Region;
  /** At the model, where the request says it. Absent: the model's own area in the context's shape. */
  readonly size?: Size | undefined;
}

/** What the model sees of a picture to repair. Companion and plugin both ask here. */
export function fillContext(
  { source, maskBounds, region, size }: FillArea,
  model: Pick<ContextOptions, "native" | "multiple">,
): Context {
  const touched = touchedRect(maskBounds, edgeOf(region, maskBounds), source);
  return chooseContext(touched, source, { ...model, detail: region.detail, ...(size && { size }) });
}

import type { Rect, Size } from "../../../shared/geometry.ts";
import { edgeOf, paintedMask } from "../../../shared/mask-edge.ts";
import type { Region } from "../../../shared/request.ts";

export interface Masked {
  readonly source: Size;
  /** 8-bit, of each pixel of the source. */
  readonly coverage: Uint8Array;
  readonly maskBounds: Rect | null;
}

/** Figma's blue, opaque. */
const COLOR = [13, 153, 255, 255];

/** Blue where a Fill may change a pixel of its source, transparent where it may not; null where the mask is empty. */
export function changedArea({ source, coverage, maskBounds }: Masked, region: Region): ImageData | null {
  if (maskBounds === null) return null;
  const painted = paintedMask({ ...source, data: coverage }, edgeOf(region, maskBounds));
  const area = new ImageData(source.width, source.height);
  painted.data.forEach((value, i) => {
    if (value > 0) area.data.set(COLOR, i * 4);
  });
  return area;
}

/** Where a Fill may change pixels, and how thickly: what the drawn mask and its edge mean. */
import { squaredDistances } from "./distance.ts";
import { growRect, maskMargins, type Rect, type Size } from "./geometry.ts";
import { HALF_COVERED, type Mask, maskBounds } from "./mask.ts";
import type { MaskEdge, Region } from "./request.ts";
import { thicknessOf } from "./thickness.ts";

/**
 * An edge in numbers, in pixels of the source. Inside: what is painted never leaves the drawn shape, and fades in over
 * `inward` from its outline (0: at once). Outside: it grows by `grow`, then fades out over `feather` more.
 */
export type Edge =
  | { readonly side: "inside"; readonly inward: number }
  | { readonly side: "outside"; readonly grow: number; readonly feather: number };

/** No shape fades over more than this share of its half-width: the middle is wholly new, however thin it is. */
const MOST_OF_THE_WAY_IN = 1 / 3;

/** What a region means by its edge, said or not. */
export const edgeKind = ({ edge, grow, feather }: Partial<Region>): MaskEdge =>
  edge ?? (grow === undefined && feather === undefined ? "soft" : "spill");

/** The edge of a mask with these bounds. `grow` or `feather` alone mean an edge that spills over. */
export function edgeOf(region: Partial<Region>, bounds: Size): Edge {
  const { edgeWidth, grow, feather } = region;
  const kind = edgeKind(region);
  const margins = maskMargins(bounds);
  if (kind === "hard") return { side: "inside", inward: 0 };
  if (kind === "soft") return { side: "inside", inward: edgeWidth ?? margins.feather };
  if (edgeWidth === undefined)
    return { side: "outside", grow: grow ?? margins.grow, feather: feather ?? margins.feather };
  const grown = Math.min(margins.grow, edgeWidth / 2);
  return { side: "outside", grow: grown, feather: edgeWidth - grown };
}

/** How thickly the result covers the source, 0 … 255: 0 exactly where not one byte may change. */
export function paintedMask(coverage: Mask, edge: Edge): Mask {
  return edge.side === "outside" ? growAndFeather(coverage, edge) : featherInward(coverage, edge.inward);
}

/** The bounds of all that may change, for a mask with these bounds. */
export function touchedRect(bounds: Rect, edge: Edge, within: Size): Rect {
  return growRect(bounds, edge.side === "outside" ? Math.ceil(edge.grow + edge.feather) : 0, within);
}

/**
 * The mask grown by `grow` pixels, then fading to nothing over `feather` more (smoothstep), measured as Euclidean distance
 * from the nearest pixel of the mask. Exactly 0 from a distance of grow + feather on.
 */
export function growAndFeather(mask: Mask, margins: { readonly grow: number; readonly feather: number }): Mask {
  const { grow, feather } = margins;
  const data = new Uint8Array(mask.width * mask.height);
  const bounds = maskBounds(mask);
  if (!bounds) return { ...mask, data };
  const area = growRect(bounds, Math.ceil(grow + feather), mask);
  const squared = squaredDistances(area, (x, y) => isIn(mask, area.x + x, area.y + y));
  for (let y = 0, i = 0; y < area.height; y++) {
    let at = (area.y + y) * mask.width + area.x;
    for (let x = 0; x < area.width; x++, i++, at++) {
      const beyond = Math.sqrt(squared[i]!) - grow;
      if (beyond <= 0) data[at] = 255;
      else if (beyond < feather) data[at] = Math.round(255 * smoothstep(1 - beyond / feather));
    }
  }
  return { ...mask, data };
}

/**
 * The mask fading in from its outline over `width` pixels (smoothstep), less where it is thin: a third of the way to its
 * middle. Where the picture ends it does not fade. Every pixel that the mask covers at all keeps a trace, so that where it
 * may change is exactly where it was drawn.
 */
export function featherInward(mask: Mask, width: number): Mask {
  const bounds = maskBounds(mask);
  if (!bounds || width <= 0) return mask;
  // One pixel more, so that the outline's outer side is there to measure from.
  const area = growRect(bounds, 1, mask);
  const depths = squaredDistances(area, (x, y) => !isIn(mask, area.x + x, area.y + y)).map(Math.sqrt);
  const thickness = thicknessOf({ ...area, data: depths }, width / MOST_OF_THE_WAY_IN);
  const data = mask.data.map((value) => Math.min(value, 1));
  for (let y = 0, i = 0; y < area.height; y++) {
    let at = (area.y + y) * mask.width + area.x;
    for (let x = 0; x < area.width; x++, i++, at++) {
      const fade = Math.min(width, thickness(x, y) * MOST_OF_THE_WAY_IN);
      const share = fade <= 0 ? 1 : smoothstep(Math.min(Math.max(depths[i]! - 0.5, 0) / fade, 1));
      data[at] = Math.max(data[at]!, Math.round(mask.data[at]! * share));
    }
  }
  return { ...mask, data };
}

const isIn = ({ data, width }: Mask, x: number, y: number) => data[y * width + x]! >= HALF_COVERED;

const smoothstep = (t: number) => t * t * (3 - 2 * t);

import { fillContext } from "../../../shared/fill-context.ts";
import type { Context, Rect } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Region } from "../../../shared/request.ts";
import type { Settings } from "../../bridge.ts";
import type { FillView } from "../state/state.ts";

/** What a Fill begins with, and what it follows. */
type Filling = Pick<Region, "infill" | "surroundings">;

/** What of the settings says how a Fill looks around and where it ends. */
export type FillSettings = Pick<Settings, "detail" | "edge" | "edgeWidth">;

/** Canvas pixels of a picture that what is painted beyond it spills over: it does not grow with how far that goes. */
const BLENDED = 16;

/** Of what is painted: pixels of the source per canvas pixel, in which the settings count, and whether it goes beyond the picture. */
export type Painted = Pick<FillView, "scale" | "expand">;

/**
 * The request's region. Beyond the picture there is nothing to fade in over: there the picture keeps every pixel, or what is painted
 * spills over it.
 */
export function fillRegion(settings: FillSettings, painted: Painted, filling?: Filling): Region {
  const { infill = "none", surroundings } = filling ?? {};
  return {
    ...regionOf(settings, painted),
    ...(infill !== "none" && { infill }),
    ...(surroundings && { surroundings }),
  };
}

function regionOf({ detail, edge, edgeWidth }: FillSettings, { scale, expand }: Painted): Region {
  if (expand !== undefined)
    return {
      ...{ detail, colorMatch: true, seam: "membrane", infill: "membrane" },
      ...(edge === "spill" ? { edge, edgeWidth: (edgeWidth ?? BLENDED) * scale } : { edge: "hard" }),
    };
  const width = edgeWidth !== undefined && { edgeWidth: edgeWidth * scale };
  return {
    ...{ detail, colorMatch: true, edge },
    ...width,
    // What ends hard is to stay as the model made it.
    ...(edge !== "hard" && { seam: "membrane" as const }),
  };
}

/** A picture to repair, and where: what a Fill's region and context follow from. */
export type Repair = Pick<FillView, "source" | "scale" | "expand"> & { readonly maskBounds: Rect };

/** What the model sees of a picture to repair, as the companion will choose it. */
export function contextOfFill(
  { source, maskBounds, ...painted }: Repair,
  { model, settings }: { model: Pick<ModelInfo, "nativeSize" | "sizeMultiple">; settings: FillSettings },
): Context {
  const region = fillRegion(settings, painted);
  return fillContext({ source, maskBounds, region }, { native: model.nativeSize, multiple: model.sizeMultiple });
}

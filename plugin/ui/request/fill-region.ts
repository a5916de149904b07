import { fillContext } from "../../../shared/fill-context.ts";
import type { Context, Rect } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Region } from "../../../shared/request.ts";
import type { Settings } from "../../bridge.ts";
import type { FillView } from "../state/state.ts";

/** What of the settings says how a Fill looks around and where it ends. */
export type FillSettings = Pick<Settings, "detail" | "edge" | "edgeWidth">;

/** The request's region. `scale`: pixels of the source per canvas pixel, in which the settings count. */
export function fillRegion({ detail, edge, edgeWidth }: FillSettings, scale: number): Region {
  return {
    ...{ detail, colorMatch: true, edge },
    ...(edgeWidth !== undefined && { edgeWidth: edgeWidth * scale }),
    // What ends hard is to stay as the model made it.
    ...(edge !== "hard" && { seam: "membrane" as const }),
  };
}

/** A picture to repair, and where: what a Fill's region and context follow from. */
export type Repair = Pick<FillView, "source" | "scale"> & { readonly maskBounds: Rect };

/** What the model sees of a picture to repair, as the companion will choose it. */
export function contextOfFill(
  { source, maskBounds, scale }: Repair,
  { model, settings }: { model: Pick<ModelInfo, "nativeSize" | "sizeMultiple">; settings: FillSettings },
): Context {
  const region = fillRegion(settings, scale);
  return fillContext({ source, maskBounds, region }, { native: model.nativeSize, multiple: model.sizeMultiple });
}

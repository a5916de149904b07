import { fillContext } from "../../../shared/fill-context.ts";
import type { Context, Rect } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Region } from "../../../shared/request.ts";
import type { Settings } from "../../bridge.ts";
import type { FillView } from "../state/state.ts";

/** What of the settings says how a Fill looks around and where it ends. */
export type FillSettings = Pick<Settings, "detail" | "edge">;

/** The request's region. */
export function fillRegion({ detail, edge }: FillSettings): Region {
  return { detail, colorMatch: true, edge };
}

/** What the model sees of a picture to repair, as the companion will choose it. */
export function contextOfFill(
  { source, maskBounds }: Pick<FillView, "source"> & { readonly maskBounds: Rect },
  { model, settings }: { model: Pick<ModelInfo, "nativeSize" | "sizeMultiple">; settings: FillSettings },
): Context {
  const region = fillRegion(settings);
  return fillContext({ source, maskBounds, region }, { native: model.nativeSize, multiple: model.sizeMultiple });
}

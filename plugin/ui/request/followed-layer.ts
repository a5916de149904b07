import { Problem } from "../../../shared/problem.ts";
import type { LayerInfo } from "../../bridge.ts";
import type { Placement } from "../pixels/placement.ts";
import type { MainClient } from "../wires/main-client.ts";

const MOST_SCALE = 4;
/** Of an export's long side: Figma makes no larger ones. */
const MOST_PIXELS = 4096;

/** A layer that a run needs, as it is now. Problem "target-gone". */
export async function layerNow({ id, name }: Pick<LayerInfo, "id" | "name">, main: MainClient): Promise<LayerInfo> {
  const [info] = (await main.call("describe-layers", { nodes: [id] })).layers;
  if (info !== undefined) return info;
  throw new Problem(
    "target-gone",
    `“${name}”, which the result should follow, no longer exists. Remove it in the panel.`,
  );
}

/** Pixels per canvas pixel at which a layer's export is as fine as the picture that it goes into. */
export function exportScale(layer: LayerInfo, { size, target }: Placement): number {
  const wanted = [target, layer].flatMap(({ width, height }) => [size.width / width, size.height / height]);
  return Math.min(MOST_SCALE, MOST_PIXELS / Math.max(layer.width, layer.height), Math.max(...wanted));
}

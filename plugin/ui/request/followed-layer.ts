import { Problem } from "../../../shared/problem.ts";
import type { LayerInfo } from "../../bridge.ts";
import type { Placement } from "../pixels/placement.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { MainClient } from "../wires/main-client.ts";

const MOST_SCALE = 4;
/** Of an export's long side: Figma makes no larger ones. */
const MOST_PIXELS = 4096;

/** The layers that a run needs, as they are now, by id. Problem "target-gone". */
export type LayersNow = ReadonlyMap<string, LayerInfo>;

/** Asks for all at once. Problem "target-gone" names the first that is no more. */
export async function layersNow(wanted: readonly LayerRef[], main: MainClient): Promise<LayersNow> {
  if (wanted.length === 0) return new Map();
  const { layers } = await main.call("describe-layers", { nodes: [...new Set(wanted.map(({ id }) => id))] });
  const found = new Map(layers.map((layer) => [layer.id, layer]));
  const gone = wanted.find(({ id }) => !found.has(id));
  if (gone === undefined) return found;
  throw new Problem(
    "target-gone",
    `“${gone.name}”, which the result should follow, no longer exists. Remove it in the panel.`,
  );
}

/** Pixels per canvas pixel at which a layer's export is as fine as the picture that it goes into. */
export function exportScale(layer: LayerInfo, { size, target }: Placement): number {
  const wanted = [target, layer].flatMap(({ width, height }) => [size.width / width, size.height / height]);
  return Math.min(MOST_SCALE, MOST_PIXELS / Math.max(layer.width, layer.height), Math.max(...wanted));
}

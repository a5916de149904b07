import type { Ticket } from "../../bridge.ts";
import { addressOf } from "../pixels/raster.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Pixels of the long side. */
const LONGEST = 1024;

/** The address of a job's target as it is now, without the layer that shows the picture. Problem "target-gone". */
export async function targetPicture(
  main: MainClient,
  { target, width, height }: Ticket,
  layers: readonly string[],
): Promise<string> {
  const scale = Math.min(4, LONGEST / Math.max(width, height));
  const inside = layers.filter((id) => id !== target);
  const { layers: there } =
    inside.length === 0 ? { layers: [] } : await main.call("describe-layers", { nodes: inside });
  const without = there.map(({ id }) => id);
  const order = { node: target, scale, bounds: "box", without } as const;
  return addressOf((await main.call("export-layer", order)).bytes);
}

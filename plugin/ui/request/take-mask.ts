import { Problem } from "../../../shared/problem.ts";
import type { Ticket } from "../../bridge.ts";
import { type DrawnMask, maskOf } from "../pixels/raster.ts";
import type { SourceRaster } from "../pixels/source-raster.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Of an export's long side: Figma makes no larger ones. */
const MOST_PIXELS = 4096;

/** The ticket's mask on its target's raster. Problem "target-gone". */
export async function takeMask(ticket: Ticket, raster: SourceRaster, main: MainClient): Promise<DrawnMask> {
  const node = ticket.mask!;
  const { layers } = await main.call("describe-layers", { nodes: [node] });
  const [layer] = layers;
  if (layer === undefined) throw new Problem("target-gone", "The mask no longer exists. Draw another one.");
  const scale = Math.min(raster.scale, MOST_PIXELS / Math.max(layer.width, layer.height));
  return maskOf(ticket, await main.call("export-layer", { node, scale, bounds: "rendered" }), raster);
}

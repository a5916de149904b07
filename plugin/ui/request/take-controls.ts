import { Problem } from "../../../shared/problem.ts";
import type { Ticket } from "../../bridge.ts";
import { layerPicture, linePicture } from "../pixels/control-picture.ts";
import { type Placement, resultPlacement } from "../pixels/placement.ts";
import type { ControlLayer } from "../state/state.ts";
import type { MainClient } from "../wires/main-client.ts";
import { controlName, drawsItself } from "./build-request.ts";
import { exportScale, layerNow } from "./followed-layer.ts";

/** Adds the control pictures to `images`, each laid where it belongs. Problem "target-gone". */
export async function takeControls(
  controls: readonly ControlLayer[],
  main: MainClient,
  { placement, images }: { readonly placement: Placement; readonly images: Map<string, Uint8Array> },
): Promise<void> {
  for (const [index, control] of controls.entries())
    images.set(controlName(index), await controlPicture(control, main, placement));
}

/** Pixels of the long side. */
const SMALL = 96;
const SMALL_LINE = 2;

/** A drawn layer's lines by themselves. Problem "selection-unsupported". */
export async function smallLinework(node: string, main: MainClient): Promise<Uint8Array> {
  const { drawing } = await main.call("read-outlines", { node });
  if (drawing === null) throw new Problem("selection-unsupported", "This layer has no lines of its own.");
  const { x, y, width, height } = drawing.box;
  const scale = SMALL / Math.max(width, height, 1);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const transform: Ticket["transform"] = [
    [1, 0, x],
    [0, 1, y],
  ];
  return await linePicture(drawing, { ...resultPlacement({ width, height, transform }, size), line: SMALL_LINE });
}

async function controlPicture(control: ControlLayer, main: MainClient, placement: Placement): Promise<Uint8Array> {
  const { layer } = control;
  const info = await layerNow(layer, main);
  if (drawsItself(control)) {
    const { drawing } = await main.call("read-outlines", { node: layer.id });
    if (drawing !== null) return await linePicture(drawing, placement);
    throw new Problem(
      "selection-unsupported",
      `“${layer.name}” has changed, and is more than lines now. Remove it, and add it again.`,
    );
  }
  const scale = exportScale(info, placement);
  const exported = await main.call("export-layer", { node: layer.id, scale, bounds: "box" });
  return await layerPicture(exported, placement, control.keeps === "as it is" ? "black" : "transparent");
}

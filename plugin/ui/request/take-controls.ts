import { Problem } from "../../../shared/problem.ts";
import type { Ticket } from "../../bridge.ts";
import { layersPicture, linePicture } from "../pixels/control-picture.ts";
import { resultPlacement } from "../pixels/placement.ts";
import type { MainClient } from "../wires/main-client.ts";
import { controlName, drawsItself } from "./build-request.ts";
import { exportScale } from "./followed-layer.ts";
import type { Intent } from "./intent.ts";
import type { Taking } from "./take-references.ts";

type ControlIntent = Intent["use"]["controls"][number];

/** Adds the control pictures to `images`, each laid where it belongs. Problem "selection-unsupported". */
export async function takeControls(
  controls: readonly ControlIntent[],
  main: MainClient,
  taking: Taking,
): Promise<void> {
  for (const [index, control] of controls.entries())
    taking.images.set(controlName(index), await controlPicture(control, main, taking));
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

async function controlPicture(
  control: ControlIntent,
  main: MainClient,
  { placement, layers }: Taking,
): Promise<Uint8Array> {
  const { layer } = control;
  if (drawsItself(control)) {
    const { drawing } = await main.call("read-outlines", { node: layer.id });
    if (drawing !== null) return await linePicture(drawing, placement);
    throw new Problem(
      "selection-unsupported",
      `“${layer.name}” has changed, and is more than lines now. Remove it, and add it again.`,
    );
  }
  const scale = exportScale(layers.get(layer.id)!, placement);
  const exported = await main.call("export-layer", { node: layer.id, scale, bounds: "box" });
  return await layersPicture([exported], placement, control.keeps === "as it is" ? "black" : "transparent");
}

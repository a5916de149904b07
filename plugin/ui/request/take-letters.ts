import { layersPicture } from "../pixels/control-picture.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { MainClient } from "../wires/main-client.ts";
import { LETTERS } from "./build-request.ts";
import { exportScale } from "./followed-layer.ts";
import type { Taking } from "./take-references.ts";

/** Adds one picture of all texts that are painted in, as Figma draws them, each where it lies; also where their layers are hidden. */
export async function takeLetters(
  texts: readonly LayerRef[],
  main: MainClient,
  { placement, images, layers }: Taking,
): Promise<void> {
  if (texts.length === 0) return;
  const orders = texts.map(({ id }) => ({
    ...{ node: id, bounds: "rendered" as const, evenHidden: true },
    scale: exportScale(layers.get(id)!, placement),
  }));
  const { exports } = await main.call("export-layers", { layers: orders });
  images.set(LETTERS, await layersPicture(exports, placement, "transparent"));
}

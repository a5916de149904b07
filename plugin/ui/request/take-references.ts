import { Problem } from "../../../shared/problem.ts";
import { referenceScale } from "../../../shared/reference-size.ts";
import type { LayerInfo } from "../../bridge.ts";
import { coverage } from "../pixels/control-picture.ts";
import type { Placement } from "../pixels/placement.ts";
import { referenceOf } from "../pixels/raster.ts";
import type { MainClient } from "../wires/main-client.ts";
import { referenceName, withinName } from "./build-request.ts";
import { exportScale, type LayersNow } from "./followed-layer.ts";
import type { Intent } from "./intent.ts";

/** How a layer is exported as a reference. */
export const referenceExport = ({ id, width, height }: Pick<LayerInfo, "id" | "width" | "height">) => ({
  node: id,
  scale: referenceScale({ width, height }),
  bounds: "box" as const,
});

/** Where images go, and what they are made from. */
export interface Taking {
  readonly placement: Placement;
  readonly images: Map<string, Uint8Array>;
  readonly layers: LayersNow;
}

/** Adds the references to `images`, and where each counts; all layers are asked for at once. Problem "mask-empty". */
export async function takeReferences(
  references: Intent["references"],
  main: MainClient,
  { placement, images, layers }: Taking,
): Promise<void> {
  if (references.length === 0) return;
  const pictures = references.map(({ layer }) => referenceExport(layers.get(layer.id)!));
  const places = references.flatMap(({ within }, index) => (within === undefined ? [] : [{ within, index }]));
  const masks = places.map(({ within }) => {
    const scale = exportScale(layers.get(within.id)!, placement);
    return { node: within.id, scale, bounds: "rendered" as const };
  });
  const { exports } = await main.call("export-layers", { layers: [...pictures, ...masks] });
  for (const index of references.keys()) images.set(referenceName(index), await referenceOf(exports[index]!));
  for (const [i, { within, index }] of places.entries()) {
    const { bounds, toPng } = await coverage(exports[references.length + i]!, placement);
    if (bounds === null)
      throw new Problem(
        "mask-empty",
        `“${within.name}” covers none of the picture. Give it a fill, or let its reference count everywhere.`,
      );
    images.set(withinName(index), await toPng());
  }
}

import { Problem } from "../../../shared/problem.ts";
import { coverage } from "../pixels/control-picture.ts";
import type { Placement } from "../pixels/placement.ts";
import { referenceOf } from "../pixels/raster.ts";
import type { ReferenceLayer } from "../state/state.ts";
import type { MainClient } from "../wires/main-client.ts";
import { referenceName, withinName } from "./build-request.ts";
import { exportScale, layerNow } from "./followed-layer.ts";

/** Pixels of a reference's long side: image encoders look at 224 or less. */
const REFERENCE_PIXELS = 512;

/** Adds the references to `images`, and where each counts. Problem "target-gone", "mask-empty". */
export async function takeReferences(
  references: readonly ReferenceLayer[],
  main: MainClient,
  { placement, images }: { readonly placement: Placement; readonly images: Map<string, Uint8Array> },
): Promise<void> {
  for (const [index, { layer, within }] of references.entries()) {
    const info = await layerNow(layer, main);
    const scale = Math.min(4, REFERENCE_PIXELS / Math.max(info.width, info.height));
    const exported = await main.call("export-layer", { node: layer.id, scale, bounds: "box" });
    images.set(referenceName(index), await referenceOf(exported));
    if (within !== undefined) images.set(withinName(index), await maskFor(within, main, placement));
  }
}

async function maskFor(
  within: NonNullable<ReferenceLayer["within"]>,
  main: MainClient,
  placement: Placement,
): Promise<Uint8Array> {
  const scale = exportScale(await layerNow(within, main), placement);
  const exported = await main.call("export-layer", { node: within.id, scale, bounds: "rendered" });
  const { bytes, bounds } = await coverage(exported, placement);
  if (bounds !== null) return bytes;
  throw new Problem(
    "mask-empty",
    `“${within.name}” covers none of the picture. Give it a fill, or let its reference count everywhere.`,
  );
}

import type { LayerInfo } from "../../bridge.ts";
import { type Thumbnails, useThumbnail } from "../thumbnails.ts";

/** A layer's small picture, in a square. */
export function Thumbnail({
  thumbnails,
  layer,
}: {
  thumbnails: Thumbnails;
  layer: Pick<LayerInfo, "id" | "fingerprint">;
}) {
  const address = useThumbnail(thumbnails, layer);
  return <span class="thumbnail">{address && <img src={address} alt="" />}</span>;
}

import type { LayerInfo } from "../../bridge.ts";
import { type Thumbnails, useThumbnail } from "../pixels/thumbnails.ts";

/** Longer strips are shown whole, everything else fills the square. */
const LONG = 2.2;

/** A layer's small picture, in a square. */
export function Thumbnail({
  thumbnails,
  layer,
}: {
  thumbnails: Thumbnails;
  layer: Pick<LayerInfo, "id" | "fingerprint">;
}) {
  const address = useThumbnail(thumbnails, layer);
  return (
    <span class="thumbnail">
      {address && <img src={address} alt="" onLoad={({ currentTarget }) => showWhole(currentTarget)} />}
    </span>
  );
}

function showWhole(image: HTMLImageElement): void {
  const aspect = image.naturalWidth / image.naturalHeight;
  image.classList.toggle("whole", aspect > LONG || aspect < 1 / LONG);
}

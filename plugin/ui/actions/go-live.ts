import type { Size } from "../../../shared/geometry.ts";
import { addressOf } from "../pixels/raster.ts";
import { type LivePicture, newLive } from "../state/live.ts";
import type { LayerRef } from "../state/recipe.ts";
import { placePicture } from "./place-picture.ts";
import type { Runner } from "./run.ts";

/** Live of this frame, and of no other; null: of none. */
export function goLive({ store }: Pick<Runner, "store">, target: (LayerRef & Size) | null): void {
  const { live } = store.state;
  if (live?.picture) URL.revokeObjectURL(live.picture.image.url);
  store.dispatch({ type: "live", live: target && newLive(target) });
}

/** Makes what Live shows a picture like any other, and a layer over its frame: what was edited since is seen in the next one. */
export async function keepLive(runner: Runner): Promise<void> {
  const { store } = runner;
  const { live } = store.state;
  if (!live?.picture || live.picture.kept) return;
  const { made, image, seconds } = live.picture;
  // Each has an address of its own, to be released when it goes.
  store.dispatch({ type: "adopted", job: made, image: { ...image, url: addressOf(image.bytes) }, seconds });
  const kept: LivePicture = { ...live.picture, kept: true };
  store.dispatch({ type: "live", live: { ...live, picture: kept } });
  const picture = store.state.pictures.find(({ job }) => job.job === made.job.job);
  if (picture !== undefined) await placePicture(runner, picture, "over anyway");
}

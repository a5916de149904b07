import { changedResult, isFixed } from "../pixels/fitted-result.ts";
import type { Picture } from "../state/picture.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import { whenIdle } from "./when-idle.ts";

/** What a Fill changed is found out as soon as it is there and the window is idle, so that placing it does not wait for that. */
export function fitAhead({ store, main }: { readonly store: Store; readonly main: MainClient }): void {
  store.subscribe((state, before) => {
    if (state.pictures === before.pictures) return;
    const known = new Set(before.pictures.filter(({ image }) => image !== null).map(({ job }) => job.job));
    for (const picture of state.pictures.filter((each) => !known.has(each.job.job) && showsItsChange(each)))
      whenIdle(() => {
        const { image, job } = picture;
        // What goes wrong is said where it is placed: then it is tried again.
        if (image !== null) changedResult(image.bytes, job.ticket, main).catch(() => {});
      });
  });
}

/** True where it is placed as what it changed, and the picture that it changed stays what it is. */
const showsItsChange = ({ phase, recipe, job: { ticket } }: Picture): boolean =>
  phase === "done" &&
  recipe.mode === "fill" &&
  recipe.enlargedFrom === undefined &&
  recipe.matted === undefined &&
  !recipe.request.tiling &&
  ticket.expand === undefined &&
  isFixed(ticket);

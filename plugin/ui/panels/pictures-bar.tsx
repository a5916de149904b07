import { useState } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { Dots, Star } from "../parts/icons.tsx";
import { Menu } from "../parts/menu.tsx";
import { enlargementOf } from "../request/enlargement.ts";
import { canRetry, isActive, isOwnFill, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { BatchBar } from "./batch-bar.tsx";
import { LayeringControl } from "./layering-control.tsx";

const NUMBERS = ["no", "one", "two", "three", "four"];

/** What to do with the chosen picture, and with those still to come. */
export function PicturesBar({ state, actions }: { state: State; actions: Actions }) {
  const [menu, setMenu] = useState(false);
  const active = state.pictures.filter(isActive);
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  const done = chosen?.phase === "done" ? chosen : undefined;
  const newest = state.pictures[0]?.job;
  if (newest?.batch && chosen === undefined)
    return (
      <BatchBar run={state.pictures.filter(({ job }) => job.run === newest.run)} state={state} actions={actions} />
    );
  if (active.length === 0 && chosen === undefined) return null;
  return (
    <footer class="generate-bar">
      {done !== undefined && <LayeringControl picture={done} state={state} actions={actions} />}
      {chosen !== undefined && (
        <div class="go">
          {canRetry(chosen) ? (
            <button
              type="button"
              class="primary"
              title="The same picture, with its own seed"
              disabled={state.submitting}
              onClick={() => actions.retry([chosen])}
            >
              {chosen.phase === "unsent" ? "Send again" : "Try again"}
            </button>
          ) : (
            <>
              <button type="button" class="primary" disabled={!done} onClick={() => done && actions.place(done)}>
                {done === undefined ? "Place on canvas" : placeWords(done, state.pictures)}
              </button>
              <button
                type="button"
                class="secondary"
                title="The same prompt with new seeds"
                disabled={state.submitting}
                onClick={() => actions.vary(chosen)}
              >
                Vary
              </button>
            </>
          )}
          {done !== undefined && (
            <button
              type="button"
              class="secondary square"
              aria-label="Star"
              aria-pressed={done.starred}
              title={done.starred ? "Take the star away" : "Keep it: it is never removed to make room"}
              onClick={() => actions.star(done)}
            >
              <Star filled={done.starred} />
            </button>
          )}
          <span class="anchor">
            <button
              type="button"
              class="secondary square"
              aria-label="More"
              aria-haspopup="menu"
              aria-expanded={menu}
              onClick={() => setMenu(true)}
            >
              <Dots />
            </button>
            {menu && <Menu onClose={() => setMenu(false)} items={actionsFor(chosen, { state, actions })} />}
          </span>
        </div>
      )}
      {active.length > 0 && (
        <button type="button" class="text-button" onClick={() => actions.cancel(active)}>
          {chosen === undefined ? "Cancel" : `Cancel the remaining ${NUMBERS[active.length] ?? active.length}`}
        </button>
      )}
    </footer>
  );
}

/** Another picture of the run gives its layer up. */
function placeWords(picture: Picture, pictures: readonly Picture[]): string {
  if (picture.placed) return "Place again";
  const sibling = pictures.some(({ job, placed }) => placed && job.run === picture.job.run);
  return sibling ? "Place instead" : "Place on canvas";
}

function actionsFor(picture: Picture, { state, actions }: { state: State; actions: Actions }) {
  const larger = enlargementOf(picture, state.companion?.models ?? []);
  const finished = state.pictures.filter((candidate) => !isActive(candidate) && !candidate.starred);
  const close = state.close
    ? { label: "Back to all pictures", onChoose: () => actions.lookClosely(false) }
    : { label: "Show it large", onChoose: () => actions.lookClosely(true) };
  const place = { label: "Place beside, as a new layer", onChoose: () => actions.place(picture, "beside") };
  return [
    ...(picture.phase === "done" ? [close, place] : []),
    ...(isOwnFill(picture) ? [{ label: "Take the fill away", onChoose: () => actions.revert(picture) }] : []),
    ...(larger
      ? [{ label: `Enlarge to ${larger.width} × ${larger.height} px`, onChoose: () => actions.enlarge(picture) }]
      : []),
    { label: "Use its prompt and seed", onChoose: () => actions.reuse(picture) },
    ...(picture.phase === "done" && picture.recipe.mode === "generate"
      ? [{ label: "Place without its background", onChoose: () => actions.placeCutOut(picture) }]
      : []),
    { label: "Discard", onChoose: () => actions.discard([picture]) },
    ...(finished.length > 1
      ? [{ label: "Discard all without a star", onChoose: () => actions.discard(finished) }]
      : []),
  ];
}

import { useState } from "preact/hooks";
import { enlargedSize } from "../../../shared/enlarge.ts";
import type { Actions } from "../actions/actions.ts";
import { Dots, Star } from "../parts/icons.tsx";
import { Menu } from "../parts/menu.tsx";
import { chosenOf, enlargeChoices, isWithinTarget } from "../request/enlargement.ts";
import { mattingModel } from "../state/matting-model.ts";
import { canRetry, isActive, isEnlarged, isOwnFill, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { BatchBar } from "./batch-bar.tsx";
import { DraftNote } from "./draft-note.tsx";
import { EnlargeOptions } from "./enlarge-options.tsx";
import { LayeringControl } from "./layering-control.tsx";

/** What to do with the chosen picture, and with those still to come. */
export function PicturesBar({ state, actions }: { state: State; actions: Actions }) {
  const [menu, setMenu] = useState(false);
  const [enlarging, setEnlarging] = useState<string | null>(null);
  const active = state.pictures.filter(isActive);
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  const done = chosen?.phase === "done" ? chosen : undefined;
  const newest = state.pictures[0]?.job;
  if (newest?.batch && chosen === undefined)
    return (
      <BatchBar run={state.pictures.filter(({ job }) => job.run === newest.run)} state={state} actions={actions} />
    );
  if (active.length === 0 && chosen === undefined) return null;
  if (done !== undefined && done.job.job === enlarging)
    return <EnlargeOptions picture={done} state={state} actions={actions} onClose={() => setEnlarging(null)} />;
  const onEnlarge = () => setEnlarging(done?.job.job ?? null);
  return (
    <footer class="generate-bar">
      {done !== undefined && <DraftNote picture={done} state={state} actions={actions} />}
      {done !== undefined && !done.recipe.request.split && (
        <LayeringControl picture={done} state={state} actions={actions} />
      )}
      {chosen !== undefined && (
        <div class="go">
          {canRetry(chosen) ? (
            <button
              type="button"
              class="primary"
              title={t.pictures.sendAgainHow}
              disabled={state.submitting}
              onClick={() => actions.retry([chosen])}
            >
              {chosen.phase === "unsent" ? t.pictures.sendAgain : t.common.tryAgain}
            </button>
          ) : (
            <>
              <button type="button" class="primary" disabled={!done} onClick={() => done && actions.place(done)}>
                {done === undefined ? t.pictures.placeOnCanvas : placeWords(done, state.pictures)}
              </button>
              <button
                type="button"
                class="secondary"
                title={t.pictures.varyHow}
                disabled={state.submitting}
                onClick={() => actions.vary(chosen)}
              >
                {t.pictures.vary}
              </button>
            </>
          )}
          {done !== undefined && (
            <button
              type="button"
              class="secondary square"
              aria-label={t.pictures.star}
              aria-pressed={done.starred}
              title={done.starred ? t.pictures.starAway : t.pictures.starHow}
              onClick={() => actions.star(done)}
            >
              <Star filled={done.starred} />
            </button>
          )}
          <span class="anchor">
            <button
              type="button"
              class="secondary square"
              aria-label={t.common.more}
              aria-haspopup="menu"
              aria-expanded={menu}
              onClick={() => setMenu(true)}
            >
              <Dots />
            </button>
            {menu && <Menu onClose={() => setMenu(false)} items={actionsFor(chosen, { state, actions, onEnlarge })} />}
          </span>
        </div>
      )}
      {active.length > 0 && (
        <button type="button" class="text-button" onClick={() => actions.cancel(active)}>
          {chosen === undefined ? t.common.cancel : t.pictures.cancelRemaining(active.length)}
        </button>
      )}
    </footer>
  );
}

/** Another picture of the run gives its layer up. */
function placeWords(picture: Picture, pictures: readonly Picture[]): string {
  if (picture.placed) return t.pictures.placeAgain;
  const sibling = pictures.some(({ job, placed }) => placed && job.run === picture.job.run);
  return sibling ? t.pictures.placeInstead : t.pictures.placeOnCanvas;
}

interface MenuProps {
  readonly state: State;
  readonly actions: Actions;
  /** Asks how it is to be enlarged. */
  readonly onEnlarge: () => void;
}

function actionsFor(picture: Picture, { state, actions, onEnlarge }: MenuProps) {
  const finished = state.pictures.filter((candidate) => !isActive(candidate) && !candidate.starred);
  const close = state.close
    ? { label: t.pictures.backToAll, onChoose: () => actions.lookClosely(false) }
    : { label: t.pictures.showLarge, onChoose: () => actions.lookClosely(true) };
  const place = { label: t.pictures.placeBeside, onChoose: () => actions.place(picture, "beside") };
  return [
    ...(picture.phase === "done" ? [close, place] : []),
    ...(isOwnFill(picture) ? [{ label: t.pictures.takeFillAway, onChoose: () => actions.revert(picture) }] : []),
    ...enlargeItems(picture, { state, actions, onEnlarge }),
    { label: t.pictures.useSettings, onChoose: () => actions.reuse(picture) },
    ...(canCutOut(picture)
      ? [
          {
            label: mattingModel(state) ? t.pictures.removeBackground : t.pictures.placeCutOut,
            onChoose: () => actions.cutOut(picture),
          },
        ]
      : []),
    { label: t.common.discard, onChoose: () => actions.discard([picture]) },
    ...(finished.length > 1 ? [{ label: t.pictures.discardUnstarred, onChoose: () => actions.discard(finished) }] : []),
  ];
}

/** What moves would stand still. */
const canCutOut = ({ phase, recipe }: Picture): boolean =>
  phase === "done" && recipe.mode === "generate" && recipe.matted === undefined && recipe.request.motion === undefined;

function enlargeItems(picture: Picture, { state, actions, onEnlarge }: MenuProps) {
  const choices = state.companion && enlargeChoices(picture, state.companion);
  if (!choices) return [];
  const { factor } = chosenOf(choices, state.settings);
  const label = isWithinTarget(picture.recipe)
    ? t.pictures.enlargeWhat(String(factor))
    : t.pictures.enlargeTo(t.common.size(enlargedSize(picture, factor)));
  const siblings = state.pictures.filter(
    (each) =>
      each.job.run === picture.job.run && !isEnlarged(each) && state.companion && enlargeChoices(each, state.companion),
  );
  return [
    { label, onChoose: () => actions.enlarge([picture]) },
    { label: t.pictures.enlargeOtherwise, onChoose: onEnlarge },
    ...(siblings.length > 1
      ? [{ label: t.pictures.enlargeRun(siblings.length), onChoose: () => actions.enlarge(siblings) }]
      : []),
  ];
}

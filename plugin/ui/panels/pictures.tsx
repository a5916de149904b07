import { useEffect, useRef, useState } from "preact/hooks";
import { THRIFT_WORDS } from "../../../shared/thrift.ts";
import type { Actions } from "../actions/actions.ts";
import { isFocusFree } from "../parts/focus.ts";
import { Check, Dots, Warning } from "../parts/icons.tsx";
import { Menu } from "../parts/menu.tsx";
import { canRetry, isActive, isOwnFill, isShown, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { LayeringControl } from "./layering-control.tsx";
import { Working } from "./working.tsx";

const NUMBERS = ["no", "one", "two", "three", "four"];

/** What is being painted, and what was painted: choose one, place it. */
export function PicturesPanel({ state, actions }: { state: State; actions: Actions }) {
  const active = state.pictures.filter(isActive);
  const shown = state.pictures.filter(isShown);
  const run = state.pictures.filter(({ job }) => job.run === active[0]?.job.run);
  const chosen = shown.find(({ job }) => job.job === state.chosen);
  return (
    <>
      {active.length > 0 && <Working run={run} />}
      {shown.length > 0 && (
        <section>
          <Results shown={shown} state={state} actions={actions} />
        </section>
      )}
      {chosen?.droppedText && (
        <p class="hint aside">The model did not read the end of the prompt: “{chosen.droppedText}”</p>
      )}
      {chosen?.weightBits && (
        <p class="hint aside">
          The model’s weights were narrowed to {chosen.weightBits} bits
          {chosen.recipe.request.quantize ? ", as you chose." : ", to fit into this computer’s memory."}
        </p>
      )}
      {chosen?.thrift && chosen.thrift !== "fewer-bits" && (
        <p class="hint aside">To fit into this computer’s memory, {THRIFT_WORDS[chosen.thrift]}.</p>
      )}
    </>
  );
}

/** What to do with the chosen picture, and with those still to come. */
export function PicturesBar({ state, actions }: { state: State; actions: Actions }) {
  const [menu, setMenu] = useState(false);
  const active = state.pictures.filter(isActive);
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  const done = chosen?.phase === "done" ? chosen : undefined;
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
              onClick={() => actions.retry(chosen)}
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
  const finished = state.pictures.filter((candidate) => !isActive(candidate));
  const place = { label: "Place beside, as a new layer", onChoose: () => actions.place(picture, "beside") };
  return [
    ...(picture.phase === "done" ? [place] : []),
    ...(isOwnFill(picture) ? [{ label: "Take the fill away", onChoose: () => actions.revert(picture) }] : []),
    { label: "Use its prompt and seed", onChoose: () => actions.reuse(picture) },
    { label: "Discard", onChoose: () => actions.discard([picture]) },
    ...(finished.length > 1 ? [{ label: "Discard all", onChoose: () => actions.discard(finished) }] : []),
  ];
}

/** Columns of the grid, see styles/panels.css. */
const COLUMNS = 2;
const MOVES: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/** All pictures that can be chosen. Arrow keys choose, as in every list; a picture can be dragged onto the canvas. */
function Results({ shown, state, actions }: { shown: readonly Picture[]; state: State; actions: Actions }) {
  const grid = useRef<HTMLDivElement>(null);
  const at = shown.findIndex(({ job }) => job.job === state.chosen);
  // Who came here by the keyboard goes on by the keyboard: to the first picture as soon as it is there.
  useEffect(() => {
    if (isFocusFree()) grid.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, [state.chosen]);
  const move = (event: KeyboardEvent) => {
    const next = shown[at + (MOVES[event.key] ?? Number.NaN)];
    if (next === undefined) return;
    event.preventDefault();
    actions.choose(next);
    grid.current?.querySelectorAll("button")[shown.indexOf(next)]?.focus();
  };
  return (
    <div
      class={`results ${state.pictures.some(isActive) ? "" : "at-rest"}`}
      role="listbox"
      tabIndex={-1}
      aria-label="Pictures"
      ref={grid}
      onKeyDown={move}
    >
      {shown.map((picture, index) => (
        <Result
          key={picture.job.job}
          picture={picture}
          reached={index === Math.max(0, at)}
          state={state}
          actions={actions}
        />
      ))}
    </div>
  );
}

interface ResultProps {
  readonly picture: Picture;
  /** True for the one that Tab reaches. */
  readonly reached: boolean;
  readonly state: State;
  readonly actions: Actions;
}

function Result({ picture, reached, state, actions }: ResultProps) {
  const { width, height } = picture.job.ticket;
  const chosen = picture.job.job === state.chosen;
  const done = picture.phase === "done";
  const seed = picture.recipe.request.seed;
  return (
    <button
      type="button"
      role="option"
      aria-selected={chosen}
      tabIndex={reached ? 0 : -1}
      class={`result ${chosen ? "on" : ""} ${picture.phase}`}
      style={{ aspectRatio: String(Math.min(2, Math.max(0.5, width / height))) }}
      title={
        done ? `Seed ${seed}. Enter or a double-click places it, or drag it onto the canvas.` : picture.problem?.message
      }
      draggable={done}
      onClick={() => actions.choose(picture)}
      onDblClick={() => done && actions.place(picture)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.metaKey || event.ctrlKey || !done) return;
        event.preventDefault();
        actions.place(picture);
      }}
      onDragEnd={(event) => dropOnCanvas(event, picture)}
    >
      {picture.image && <img src={picture.image.url} alt={`Seed ${seed}`} draggable={false} />}
      {picture.phase === "unsent" && (
        <span class="failure">
          <Warning />
          Not sent yet: “{picture.recipe.request.prompt.slice(0, 60)}”
        </span>
      )}
      {picture.problem && (
        <span class="failure">
          <Warning />
          {picture.problem.message}
        </span>
      )}
      {picture.placed && (
        <span class="tag">
          <Check /> placed
        </span>
      )}
    </button>
  );
}

/**
 * Tells Figma that the picture was dropped outside of the plugin's window. The browser gives such a `dragend` the view and the
 * coordinates of the window around all frames; one inside our own window has our view, which holds no frames.
 */
function dropOnCanvas({ view, clientX, clientY }: DragEvent, { job: { job } }: Picture): void {
  if (view === null || view.length === 0) return;
  parent.postMessage({ pluginDrop: { clientX, clientY, items: [], dropMetadata: { job } } }, "*");
}

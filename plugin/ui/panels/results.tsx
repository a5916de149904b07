import { useEffect, useRef } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { isFocusFree } from "../parts/focus.ts";
import { Check, Star, Warning } from "../parts/icons.tsx";
import { nearestInNextRow } from "../parts/nearest-row.ts";
import { isActive, isShown, type Picture } from "../state/picture.ts";
import { rankedByLikeness } from "../state/ranked-by-likeness.ts";
import { promptOf, taskOf } from "../state/recipe.ts";
import { runsOf } from "../state/runs.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { likenessExplained, likenessInWords } from "../text/likeness-words.ts";
import { problemInWords } from "../text/said.ts";

const SIDEWAYS: Readonly<Record<string, -1 | 1>> = { ArrowLeft: -1, ArrowRight: 1 };
const ROWS: Readonly<Record<string, "up" | "down">> = { ArrowUp: "up", ArrowDown: "down" };

/** What can be chosen, in the order in which arrow keys go. */
const choosable = ({ pictures }: State) =>
  runsOf(pictures).flatMap((run) =>
    rankedByLikeness(run.pictures.filter((picture) => isShown(picture) && !picture.job.batch)),
  );

interface ResultsProps {
  readonly title: string;
  readonly shown: readonly Picture[];
  readonly state: State;
  readonly actions: Actions;
}

/**
 * The pictures of a run. Arrow keys choose, as in every list, and go on into the next run; a picture can be dragged onto the
 * canvas.
 */
export function Results({ title, shown, state, actions }: ResultsProps) {
  const grid = useRef<HTMLDivElement>(null);
  const all = choosable(state);
  const at = all.findIndex(({ job }) => job.job === state.chosen);
  // Who came here by the keyboard goes on by the keyboard: to the first picture as soon as it is there.
  useEffect(() => {
    if (isFocusFree()) grid.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, [state.chosen]);
  const move = (event: KeyboardEvent) => {
    const [sideways, row] = [SIDEWAYS[event.key], ROWS[event.key]];
    if (sideways === undefined && row === undefined) return;
    event.preventDefault();
    // A search hides some.
    const shown = all.flatMap((picture) => {
      const element = document.getElementById(idOf(picture));
      return element === null ? [] : { picture, element };
    });
    const from = shown.findIndex(({ picture }) => picture.job.job === state.chosen);
    const boxes = shown.map(({ element }) => element.getBoundingClientRect());
    const next = shown[(row ? nearestInNextRow(boxes, from, row) : from + sideways!) ?? -1];
    if (next === undefined) return;
    actions.choose(next.picture);
    next.element.focus();
  };
  return (
    <div
      class={`results ${state.pictures.some(isActive) ? "" : "at-rest"}`}
      role="listbox"
      tabIndex={-1}
      aria-label={t.pictures.listFor(title)}
      ref={grid}
      onKeyDown={move}
    >
      {shown.map((picture) => (
        <Result
          key={picture.job.job}
          picture={picture}
          reached={picture === all[Math.max(0, at)]}
          state={state}
          actions={actions}
        />
      ))}
    </div>
  );
}

const idOf = ({ job }: Picture) => `picture-${job.job}`;

const isSeeThrough = ({ matted, request }: Picture["recipe"]): boolean =>
  matted !== undefined || request.split !== undefined;

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
  const address = picture.image?.url ?? picture.small;
  const problem = picture.problem && problemInWords(picture.problem);
  useEffect(() => {
    if (done && !address) actions.showSmall(picture);
  }, []);
  return (
    <button
      type="button"
      id={idOf(picture)}
      role="option"
      aria-selected={chosen}
      tabIndex={reached ? 0 : -1}
      class={`result ${chosen ? "on" : ""} ${isSeeThrough(picture.recipe) ? "see-through" : ""} ${picture.phase}`}
      style={{ aspectRatio: String(Math.min(2, Math.max(0.5, width / height))) }}
      title={done ? t.pictures.resultHow(seed) : problem?.detail}
      draggable={done}
      onClick={() => actions.choose(picture)}
      onDblClick={() => done && actions.place(picture)}
      onKeyDown={(event) => {
        if (event.metaKey || event.ctrlKey || !done) return;
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        if (event.key === "Enter") actions.place(picture);
        else actions.lookClosely(true);
      }}
      onDragEnd={(event) => dropOnCanvas(event, picture)}
    >
      {address && <img src={address} alt={t.pictures.seed(seed)} draggable={false} />}
      {picture.phase === "unsent" && (
        <span class="failure">
          <Warning />
          {t.pictures.notSent(promptOf(picture.recipe).slice(0, 60))}
        </span>
      )}
      {problem && (
        <span class="failure">
          <Warning />
          {problem.text}
        </span>
      )}
      {picture.starred && (
        <span class="tag starred">
          <Star filled /> <span class="off-screen">{t.pictures.starred}</span>
        </span>
      )}
      {picture.recipe.draft && done && <span class="tag draft">{t.pictures.draftTag}</span>}
      {picture.recipe.request.motion && done && <span class="tag size">{t.move.tag}</span>}
      {picture.recipe.request.split && done && (
        <span class="tag size">{t.split.tag(picture.recipe.request.split.layers)}</span>
      )}
      {picture.recipe.matted && done && <span class="tag size">{t.pictures.cutOutTag}</span>}
      {taskOf(picture.recipe).kind === "enlarge" && picture.image && (
        <span class="tag size">{t.common.size(picture.image)} px</span>
      )}
      {picture.likeness !== null && (
        <span class="likeness-tags">
          {picture.likeness.map(({ character, name, ...judged }) => (
            <span key={character} class="tag likeness-tag" title={likenessExplained(name, judged)}>
              {likenessInWords(name, judged)}
            </span>
          ))}
        </span>
      )}
      {picture.placed && (
        <span class="tag">
          <Check /> {t.pictures.placed}
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

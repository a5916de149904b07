import { useState } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { Cross, Search } from "../parts/icons.tsx";
import { isActive, isShown } from "../state/picture.ts";
import { rankedByLikeness } from "../state/ranked-by-likeness.ts";
import { promptOf } from "../state/recipe.ts";
import { type PictureRun, runsOf } from "../state/runs.ts";
import type { State } from "../state/state.ts";
import { driftInWords } from "../text/drift-words.ts";
import { t } from "../text/language.ts";
import { whenInWords } from "../text/when-in-words.ts";
import { BatchRows } from "./batch-rows.tsx";
import { PictureClose } from "./picture-close.tsx";
import { Results } from "./results.tsx";
import { Working } from "./working.tsx";

/** With so many runs one sees what is there. */
const FEW_RUNS = 3;
/** Shown at once. */
const MOST_RUNS = 10;

function isFoundBy({ pictures, title }: PictureRun, typed: string): boolean {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const text = [title, ...pictures.flatMap(({ recipe, job }) => [promptOf(recipe), job.ticket.name])].join("\n");
  return words.every((word) => text.toLowerCase().includes(word));
}

/** What is being painted, and what was painted, run by run: choose a picture, place it. */
export function PicturesPanel({ state, actions }: { state: State; actions: Actions }) {
  const [typed, setTyped] = useState("");
  const [most, setMost] = useState(MOST_RUNS);
  const runs = runsOf(state.pictures);
  const found = runs.filter((run) => isFoundBy(run, typed));
  const painting = runs.find(({ pictures }) => pictures.some(isActive));
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  const drifted = chosen?.phase === "done" ? driftInWords(chosen.recipe.drift) : null;
  if (state.close && chosen?.phase === "done") return <PictureClose picture={chosen} state={state} actions={actions} />;
  return (
    <>
      {runs.length > FEW_RUNS && (
        <div class="search-runs">
          <Search />
          <input
            type="search"
            aria-label={t.pictures.findLabel}
            placeholder={t.pictures.find}
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
      )}
      {painting && !painting.batch && <Working run={painting.pictures} />}
      {found.slice(0, most).map((run) => (
        <RunSection key={run.run} run={run} state={state} actions={actions} />
      ))}
      {found.length > most && (
        <button type="button" class="text-button older" onClick={() => setMost(most + MOST_RUNS)}>
          {t.pictures.older}
        </button>
      )}
      {found.length === 0 && runs.length > 0 && <p class="hint aside">{t.pictures.noneFound(typed.trim())}</p>}
      {chosen?.droppedText && <p class="hint aside">{t.pictures.droppedText(chosen.droppedText)}</p>}
      {chosen?.weightBits && (
        <p class="hint aside">{t.pictures.narrowed(chosen.weightBits, chosen.recipe.request.quantize !== undefined)}</p>
      )}
      {chosen?.paletteDistance && (
        <p class="hint aside">{t.palette.distance(chosen.paletteDistance.after, chosen.paletteDistance.before)}</p>
      )}
      {drifted && <p class="hint aside">{drifted}</p>}
      {chosen?.thrift && chosen.thrift !== "fewer-bits" && <p class="hint aside">{t.pictures.thrift[chosen.thrift]}</p>}
    </>
  );
}

function RunSection({ run, state, actions }: { run: PictureRun; state: State; actions: Actions }) {
  const { title, prompt, submittedAt, batch, pictures } = run;
  const shown = rankedByLikeness(pictures.filter(isShown));
  const clearable = pictures.some(isActive) ? [] : shown.filter(({ starred }) => !starred);
  if (!batch && shown.length === 0) return null;
  return (
    <section class="run" aria-label={title}>
      <h2>
        <b class="ellipsis">{title}</b>
        <span>{whenInWords(submittedAt, Date.now())}</span>
        {clearable.length > 0 && (
          <button
            type="button"
            class="tool"
            aria-label={t.pictures.removeRun(title)}
            title={t.pictures.removeRunHow}
            onClick={() => actions.discard(clearable)}
          >
            <Cross />
          </button>
        )}
      </h2>
      {!batch && prompt !== "" && (
        <p class="run-prompt ellipsis" title={prompt}>
          {prompt}
        </p>
      )}
      {batch ? (
        <BatchRows pictures={pictures} state={state} actions={actions} />
      ) : (
        <Results title={title} shown={shown} state={state} actions={actions} />
      )}
    </section>
  );
}

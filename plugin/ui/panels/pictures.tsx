import { THRIFT_WORDS } from "../../../shared/thrift.ts";
import type { Actions } from "../actions/actions.ts";
import { isActive, isShown } from "../state/picture.ts";
import { type PictureRun, runsOf } from "../state/runs.ts";
import type { State } from "../state/state.ts";
import { whenInWords } from "../text/when-in-words.ts";
import { BatchRows } from "./batch-rows.tsx";
import { Results } from "./results.tsx";
import { Working } from "./working.tsx";

/** What is being painted, and what was painted, run by run: choose a picture, place it. */
export function PicturesPanel({ state, actions }: { state: State; actions: Actions }) {
  const runs = runsOf(state.pictures);
  const painting = runs.find(({ pictures }) => pictures.some(isActive));
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  return (
    <>
      {painting && !painting.batch && <Working run={painting.pictures} />}
      {runs.map((run) => (
        <RunSection key={run.run} run={run} state={state} actions={actions} />
      ))}
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

function RunSection({ run, state, actions }: { run: PictureRun; state: State; actions: Actions }) {
  const { title, prompt, submittedAt, batch, pictures } = run;
  const shown = pictures.filter(isShown);
  if (!batch && shown.length === 0) return null;
  return (
    <section class="run" aria-label={title}>
      <h2>
        <b class="ellipsis">{title}</b>
        <span>{whenInWords(submittedAt, Date.now())}</span>
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

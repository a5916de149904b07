import { MOST_BOARDS } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { choiceOf, isChosen, planned } from "../state/artboard-set.ts";
import { whyNoSet } from "../state/readiness.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { LicenceNote } from "./licence-note.tsx";

/** How many frames are made, and with which words they are painted. */
export function ArtboardsBar({ state, actions }: { readonly state: State; readonly actions: Actions }) {
  const { artboards, settings, submitting, prompt } = state;
  if (artboards === null) return null;
  const choice = choiceOf(settings);
  const chosen = planned(artboards.visual, artboards.subject, choice).filter(({ format }) => isChosen(format, choice));
  const open = chosen.filter(({ board }) => board.margins !== null).length;
  const missing = chosen.length === 0 ? t.artboards.chooseSome : open > 0 ? whyNoSet(state) : null;
  const words = prompt.trim() === "" ? t.artboards.withoutWords : t.artboards.withWords(prompt.trim());
  return (
    <footer class="generate-bar">
      {open > 0 && <LicenceNote state={state} actions={actions} />}
      <div class="go">
        <button
          type="button"
          class="primary"
          disabled={missing !== null || submitting || chosen.length > MOST_BOARDS}
          onClick={actions.makeArtboards}
        >
          {submitting ? t.run.reading : t.artboards.make(chosen.length)}
        </button>
      </div>
      <p>
        <span>{missing ?? t.artboards.toPaint(open, chosen.length - open)}</span>
      </p>
      {missing === null && open > 0 && (
        <p>
          <span class="ellipsis">{words}</span>
        </p>
      )}
    </footer>
  );
}

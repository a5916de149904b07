import type { Actions } from "../actions/actions.ts";
import type { Live } from "../state/live.ts";
import { liveHere } from "../state/live-here.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { SHORTCUT } from "./generate-bar.tsx";

/** Whether there is something to be kept that is no layer yet. */
export const canKeep = (live: Live | null): boolean => live?.picture?.kept === false;

/** The one primary button while Live paints. */
export function LiveBar({ state, actions }: { state: State; actions: Actions }) {
  const live = liveHere(state);
  if (live === null) return null;
  return (
    <footer class="generate-bar">
      <div class="go">
        <button type="button" class="primary" disabled={!canKeep(live)} onClick={actions.keepLive}>
          {live.picture?.kept ? t.live.kept : t.live.keep}
          {canKeep(live) && <kbd>{SHORTCUT}</kbd>}
        </button>
      </div>
      <p>
        <span />
        <span>{t.live.promise}</span>
      </p>
    </footer>
  );
}

import type { Actions } from "../actions/actions.ts";
import { enlargeChoices } from "../request/enlargement.ts";
import { inWords, secondsLeftOfRun } from "../state/estimate.ts";
import { canRetry, isActive, isEnlarged, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";

interface BarProps {
  readonly run: readonly Picture[];
  readonly state: State;
  readonly actions: Actions;
}

/** How far the run of several layers is, and one button for all of them. */
export function BatchBar({ run, state, actions }: BarProps) {
  const active = run.filter(isActive);
  const again = run.filter(canRetry);
  const painted = run.filter(({ phase }) => phase === "done").length;
  const larger = run.filter((each) => !isEnlarged(each) && state.companion && enlargeChoices(each, state.companion));
  const left = secondsLeftOfRun(run);
  const rest = left === null ? "" : ` · about ${inWords(left)}`;
  return (
    <footer class="generate-bar batch-bar">
      {active.length > 0 && (
        <div
          class="progress"
          role="progressbar"
          aria-label="Layers painted"
          aria-valuemin={0}
          aria-valuemax={run.length}
          aria-valuenow={painted}
        >
          <i style={{ width: `${(100 * painted) / run.length}%` }} />
        </div>
      )}
      {active.length === 0 && again.length > 0 && (
        <div class="go">
          <button type="button" class="primary" disabled={state.submitting} onClick={() => actions.retry(again)}>
            {again.length === 1 ? "Paint the one that is missing" : `Paint the ${again.length} that are missing`}
          </button>
        </div>
      )}
      <p>
        <span role="status">
          {painted} of {run.length} painted{rest}
        </span>
        {active.length > 0 && (
          <button type="button" class="link" onClick={() => actions.cancel(active)}>
            Cancel all
          </button>
        )}
        {active.length === 0 && larger.length > 0 && (
          <button
            type="button"
            class="link"
            title="Larger versions take the places of these"
            disabled={state.submitting}
            onClick={() => actions.enlarge(larger)}
          >
            Enlarge all
          </button>
        )}
      </p>
    </footer>
  );
}

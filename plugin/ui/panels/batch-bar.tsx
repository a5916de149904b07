import type { Actions } from "../actions/actions.ts";
import { enlargeChoices } from "../request/enlargement.ts";
import { inWords, secondsLeftOfRun } from "../state/estimate.ts";
import { canRetry, isActive, isEnlarged, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

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
  return (
    <footer class="generate-bar batch-bar">
      {active.length > 0 && (
        <div
          class="progress"
          role="progressbar"
          aria-label={t.pictures.layersPainted}
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
            {t.pictures.paintMissing(again.length)}
          </button>
        </div>
      )}
      <p>
        <span role="status">
          {left === null
            ? t.pictures.painted(painted, run.length)
            : t.pictures.paintedAbout(painted, run.length, inWords(left))}
        </span>
        {active.length > 0 && (
          <button type="button" class="link" onClick={() => actions.cancel(active)}>
            {t.pictures.cancelAll}
          </button>
        )}
        {active.length === 0 && larger.length > 0 && (
          <button
            type="button"
            class="link"
            title={t.pictures.enlargeAllHow}
            disabled={state.submitting}
            onClick={() => actions.enlarge(larger)}
          >
            {t.pictures.enlargeAll}
          </button>
        )}
      </p>
    </footer>
  );
}

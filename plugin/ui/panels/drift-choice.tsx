import type { Settings } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { t } from "../text/language.ts";

/** What of a picture's drift is taken away where a model draws it anew, one click deeper. */
export function DriftChoice({ settings: { drift }, actions }: { settings: Settings; actions: Actions }) {
  return (
    <details class="more">
      <summary>{t.drift.title}</summary>
      <div class="fields">
        <p class="hint">{t.drift.how}</p>
        {(["place", "color"] as const).map((what) => (
          <label key={what} class="check" title={t.drift[`${what}How`]}>
            <input
              type="checkbox"
              checked={drift[what]}
              onChange={(event) => actions.set({ drift: { ...drift, [what]: event.currentTarget.checked } })}
            />
            {t.drift[what]}
          </label>
        ))}
      </div>
    </details>
  );
}

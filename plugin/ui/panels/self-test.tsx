import type { Check as CheckLine } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { CopyText } from "../parts/copy-text.tsx";
import { Check, Warning } from "../parts/icons.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** Whether this Figma does what we assume of it, check by check. */
export function SelfTestPanel({ state: { checks }, actions }: { state: State; actions: Actions }) {
  if (checks === null)
    return (
      <section class="centered">
        <span class="spinner" />
        <p class="secondary-text">{t.connection.tryingOut}</p>
      </section>
    );
  const differing = checks.filter(({ outcome }) => outcome !== "as assumed").length;
  return (
    <section>
      <h1>{differing === 0 ? t.connection.asAssumed : t.connection.differing(differing, checks.length)}</h1>
      {checks.map(({ name, outcome, detail }) => (
        <div key={name} class="fact">
          <span class={`badge ${outcome === "as assumed" ? "good" : "warn"}`}>
            {outcome === "as assumed" ? <Check /> : <Warning />}
          </span>
          <div>
            {name}
            <small>{detail}</small>
          </div>
        </div>
      ))}
      <CopyText text={report(checks)} />
      <button type="button" class="secondary wide" onClick={actions.selfTest}>
        {t.connection.runAgain}
      </button>
    </section>
  );
}

function report(checks: readonly CheckLine[]): string {
  return [
    `Underpaint ${BUILD_ID} self-test`,
    ...checks.map(({ name, outcome, detail }) => `${outcome}: ${name} (${detail})`),
  ].join("\n");
}

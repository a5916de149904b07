import type { Actions } from "../actions/actions.ts";
import { Stepper } from "../parts/stepper.tsx";
import { effectiveSettings, sizeAtModel } from "../request/build-request.ts";
import { estimateSeconds, inWords } from "../state/estimate.ts";
import { modelInUse } from "../state/model-in-use.ts";
import { whatIsMissing } from "../state/readiness.ts";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";

const VERBS = { generate: "Generate", fill: "Fill", edit: "Edit" } as const;
const PROMISES = {
  generate: "stays on this computer",
  edit: "the original stays as it is",
} as const;
/** Of a Fill, for each of its edges. */
const FILL_PROMISES = {
  hard: "outside the mask nothing changes",
  soft: "outside the mask nothing changes",
  spill: "nothing changes outside the blue",
} as const;
export const MOST_PICTURES = 4;
const SHORTCUT = /Mac/.test(navigator.userAgent) ? "⌘↵" : "Ctrl ↵";

/** How many, the one primary button, and what pressing it means. */
export function GenerateBar({ state, actions }: { state: State; actions: Actions }) {
  const missing = whatIsMissing(state);
  const { settings, mode, submitting } = state;
  return (
    <footer class="generate-bar">
      <div class="go">
        <Stepper
          label="Pictures"
          value={settings.count}
          range={[1, MOST_PICTURES]}
          onChange={(count) => actions.set({ count })}
        />
        <button type="button" class="primary" disabled={missing !== null || submitting} onClick={actions.generate}>
          {submitting ? "Reading the layer…" : VERBS[mode]}
          {!submitting && <kbd>{SHORTCUT}</kbd>}
        </button>
      </div>
      <p>
        <span>{missing ?? estimate(state)}</span>
        <span>{mode === "fill" ? FILL_PROMISES[settings.edge] : PROMISES[mode]}</span>
      </p>
    </footer>
  );
}

function estimate(state: State): string {
  const model = modelInUse(state);
  const { settings, mode, fill } = state;
  const target = subjectOf(state)?.target;
  if (model === null || target === undefined) return "";
  const size = sizeAtModel({ mode, model, settings, target, fill });
  const steps = effectiveSettings(model, settings).steps * (mode === "edit" && !model.edits ? settings.strength : 1);
  const seconds = estimateSeconds(settings.pace, { model: model.id, size, steps, count: settings.count });
  return seconds === null ? "" : `About ${inWords(seconds)}`;
}

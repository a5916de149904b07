import type { Actions } from "../actions/actions.ts";
import { Stepper } from "../parts/stepper.tsx";
import { effectiveSettings, instructs, sizeAtModel } from "../request/build-request.ts";
import { estimateSeconds, inWords } from "../state/estimate.ts";
import { expansionOf } from "../state/expansion.ts";
import { modelInUse } from "../state/model-in-use.ts";
import { whatIsMissing } from "../state/readiness.ts";
import { rowsOf } from "../state/rows.ts";
import { softnessInWords } from "../state/sharpness.ts";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { t } from "../text/language.ts";

export const MOST_PICTURES = 4;
const MOST_VARIATIONS = 999;
const SHORTCUT = /Mac/.test(navigator.userAgent) ? "⌘↵" : "Ctrl ↵";

/** How many, the one primary button, and what pressing it means. */
export function GenerateBar({ state, actions }: { state: State; actions: Actions }) {
  const missing = whatIsMissing(state);
  const { settings, mode, submitting, selection } = state;
  const several = selection.kind === "several";
  const expands = mode === "fill" && expansionOf(state) !== null;
  const verb = expands && subjectOf(state)?.mask === undefined ? t.run.expand : t.run.modes[mode].label;
  const kept = expands && settings.edge !== "spill" ? "expand" : settings.edge;
  const rows = rowsOf(state);
  const soft = missing === null ? softness(state) : null;
  return (
    <footer class="generate-bar">
      <div class="go">
        {several ? (
          <Stepper
            label={t.run.variationLabel}
            value={settings.variation}
            range={[1, MOST_VARIATIONS]}
            onChange={(variation) => actions.set({ variation, seedLocked: false })}
          />
        ) : (
          <Stepper
            label={t.run.pictures}
            value={settings.count}
            range={[1, MOST_PICTURES]}
            onChange={(count) => actions.set({ count })}
          />
        )}
        <button type="button" class="primary" disabled={missing !== null || submitting} onClick={actions.generate}>
          {submitting ? t.run.reading : several ? `${verb} ${rows.length}` : verb}
          {!submitting && <kbd>{SHORTCUT}</kbd>}
        </button>
      </div>
      <p>
        <span>
          {missing ?? [several ? t.run.variation(settings.variation) : "", estimate(state)].filter(Boolean).join(" · ")}
        </span>
        <span>{missing !== null ? "" : t.run.promises[mode === "fill" ? kept : mode]}</span>
      </p>
      {soft !== null && <p class="soft">{soft}</p>}
    </footer>
  );
}

/** A Fill says in its preview how finely it is drawn. */
function softness(state: State): string | null {
  const model = modelInUse(state);
  const { settings, mode, fill } = state;
  const target = rowsOf(state)[0]?.target;
  if (model === null || target === undefined || mode === "fill") return null;
  return softnessInWords(sizeAtModel({ mode, model, settings, target, fill }), target);
}

function estimate(state: State): string {
  const model = modelInUse(state);
  const { settings, mode, fill, selection } = state;
  const rows = rowsOf(state);
  const target = rows[0]?.target;
  if (model === null || target === undefined) return "";
  const count = selection.kind === "several" ? rows.length : settings.count;
  const size = sizeAtModel({ mode, model, settings, target, fill });
  const steps =
    effectiveSettings(model, settings).steps * (mode === "edit" && !instructs(model) ? settings.strength : 1);
  const seconds = estimateSeconds(settings.pace, { model: model.id, size, steps, count });
  return seconds === null ? "" : t.run.about(inWords(seconds));
}

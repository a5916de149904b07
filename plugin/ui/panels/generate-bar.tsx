import { MOST_PICTURES } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Stepper } from "../parts/stepper.tsx";
import { sizeAtModel } from "../request/build-request.ts";
import { preflight } from "../request/preflight.ts";
import { inWords } from "../state/estimate.ts";
import { expansionOf } from "../state/expansion.ts";
import { paintingModel } from "../state/fill-tool.ts";
import { inUse } from "../state/in-use.ts";
import { whatIsMissing } from "../state/readiness.ts";
import { rowsOf } from "../state/rows.ts";
import { softnessInWords } from "../state/sharpness.ts";
import { splitOf } from "../state/splitting.ts";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { t } from "../text/language.ts";
import { LicenceNote } from "./licence-note.tsx";

const MOST_VARIATIONS = 999;
export const SHORTCUT = /Mac/.test(navigator.userAgent) ? "⌘↵" : "Ctrl ↵";

/** How many, the one primary button, and what pressing it means. */
export function GenerateBar({ state, actions }: { state: State; actions: Actions }) {
  const missing = whatIsMissing(state);
  const { settings, mode, submitting, selection } = state;
  const several = selection.kind === "several";
  const expands = mode === "fill" && expansionOf(state) !== null;
  const split = splitOf(state);
  const verb = split
    ? t.split.verb
    : expands && subjectOf(state)?.mask === undefined
      ? t.run.expand
      : t.run.modes[mode].label;
  const kept = expands && settings.edge !== "spill" ? "expand" : settings.edge;
  const rows = rowsOf(state);
  const soft = missing === null ? softness(state) : null;
  return (
    <footer class="generate-bar">
      <LicenceNote state={state} actions={actions} />
      <div class="go">
        {several ? (
          <Stepper
            label={t.run.variationLabel}
            value={settings.variation}
            range={[1, MOST_VARIATIONS]}
            onChange={(variation) => actions.set({ variation, seedLocked: false })}
          />
        ) : split ? null : (
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
          {missing ??
            [several ? t.run.variation(settings.variation) : "", estimateInWords(state)].filter(Boolean).join(" · ")}
        </span>
        <span>{missing !== null ? "" : split ? t.split.promise : t.run.promises[mode === "fill" ? kept : mode]}</span>
      </p>
      {soft !== null && <p class="soft">{soft}</p>}
    </footer>
  );
}

/** A Fill says in its preview how finely it is drawn; what moves, and layers, can't be enlarged afterwards. */
function softness(state: State): string | null {
  const model = paintingModel(state);
  const { settings, mode, fill } = state;
  if (model === null || mode === "fill" || splitOf(state) || inUse(state, model).motion) return null;
  for (const { target } of rowsOf(state)) {
    const soft = softnessInWords(sizeAtModel({ mode, model, settings, target, fill }), target);
    if (soft !== null) return soft;
  }
  return null;
}

/** "About 21 s · 4.1 of 8 GB" */
function estimateInWords(state: State): string {
  const { seconds, memory } = preflight(state) ?? {};
  if (seconds === undefined) return "";
  const about = t.run.about(inWords(seconds));
  return memory ? `${about} · ${t.run.memory(memory.need / 2 ** 30, memory.of / 2 ** 30)}` : about;
}

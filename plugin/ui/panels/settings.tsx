import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import type { Actions } from "../actions/actions.ts";
import { Dice, Lock, Unlock } from "../parts/icons.tsx";
import { NumberField } from "../parts/number-field.tsx";
import { Select } from "../parts/select.tsx";
import { effectiveSettings, sizeAtModel } from "../request/build-request.ts";
import { randomSeed } from "../request/intent.ts";
import { rowsOf } from "../state/rows.ts";
import { MODELS_OWN, type State } from "../state/state.ts";
import { tooLong } from "../text/too-long.ts";
import { MoreSettings } from "./more-settings.tsx";
import { schedulerMenu } from "./scheduler-menu.ts";

const SIZES = [
  { value: 0.75, label: "Small" },
  { value: 1, label: "Model’s own" },
  { value: 1.25, label: "Large" },
  { value: 1.5, label: "Very large" },
] as const;

function negativeHint({ ignoresNegativePrompt }: ModelInfo, guidanceScale: number): string {
  if (ignoresNegativePrompt) return "Not used by this model";
  return guidanceScale > 1 ? "What should not be in it" : "Not used while guidance is 1 or less";
}

/** What most people never need, behind one line that says what it is set to. */
export function SettingsPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { settings, companion, mode, fill } = state;
  const { steps, guidanceScale } = effectiveSettings(model, settings);
  const drawn = state.selection.kind === "several" ? "a seed for each" : "random seed";
  const summary = `${settings.seedLocked ? `seed ${settings.seed}` : drawn} · ${steps} steps`;
  const target = rowsOf(state)[0]?.target ?? null;
  const sizeOf = (sizeFactor: number) => {
    if (target === null) return "";
    const size = sizeAtModel({ mode, model, settings: { ...settings, sizeFactor }, target, fill });
    return ` · ${size.width} × ${size.height}`;
  };
  const own = { ...MODELS_OWN, sizeFactor: 1, negativePrompt: "" };
  const isChanged = Object.entries(own).some(([name, value]) => settings[name as keyof typeof own] !== value);
  const schedulers = schedulerMenu(model, settings.scheduler);
  return (
    <details class="settings">
      <summary>
        Settings <span>{summary}</span>
      </summary>
      <div class="fields">
        <Select
          label="Model"
          value={model.id}
          options={(companion?.models ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => actions.set({ model: id, ...own })}
        />
        {mode !== "fill" && (
          <Select
            label="Size"
            value={String(settings.sizeFactor)}
            options={SIZES.map(({ value, label }) => ({ value: String(value), label: label + sizeOf(value) }))}
            onChange={(value) => actions.set({ sizeFactor: Number(value) })}
          />
        )}
        <div class="pair">
          <NumberField
            label="Steps"
            {...REQUEST_LIMITS.steps}
            step={1}
            value={steps}
            onChange={(value) => actions.set({ steps: value })}
          />
          <NumberField
            label="Guidance"
            {...REQUEST_LIMITS.guidanceScale}
            step={0.5}
            value={guidanceScale}
            onChange={(value) => actions.set({ guidanceScale: value })}
          />
        </div>
        {!model.seesPictures && (
          <Select
            label="Scheduler"
            value={schedulers.value}
            options={schedulers.options}
            onChange={(value) => actions.set({ scheduler: schedulers.choiceOf(value) })}
          />
        )}
        <div class="seed">
          <NumberField
            label="Seed"
            min={0}
            max={2 ** 32 - 1}
            step={1}
            value={settings.seed}
            onChange={(seed) => actions.set({ seed, seedLocked: true })}
          />
          <button
            type="button"
            class="tool"
            title="Another seed"
            aria-label="Another seed"
            onClick={() => actions.set({ seed: randomSeed() })}
          >
            <Dice />
          </button>
          <button
            type="button"
            class={`tool ${settings.seedLocked ? "on" : ""}`}
            title={settings.seedLocked ? "The seed stays" : "A new seed for every run"}
            aria-label="Keep the seed"
            aria-pressed={settings.seedLocked}
            onClick={() => actions.set({ seedLocked: !settings.seedLocked })}
          >
            {settings.seedLocked ? <Lock /> : <Unlock />}
          </button>
        </div>
        <label class="field tall">
          <span class="field-label">
            Negative prompt <span class="warning-text">{tooLong(settings.negativePrompt)}</span>
          </span>
          <textarea
            rows={2}
            value={settings.negativePrompt}
            placeholder={negativeHint(model, guidanceScale)}
            onInput={(event) => actions.set({ negativePrompt: event.currentTarget.value })}
          />
        </label>
        <MoreSettings state={state} actions={actions} model={model} />
        {isChanged && (
          <button type="button" class="link" onClick={() => actions.set(own)}>
            Back to the model’s own settings
          </button>
        )}
      </div>
    </details>
  );
}

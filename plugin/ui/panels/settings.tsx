import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import type { Actions } from "../actions/actions.ts";
import { Dice, Lock, Unlock } from "../parts/icons.tsx";
import { NumberField } from "../parts/number-field.tsx";
import { Select } from "../parts/select.tsx";
import { effectiveSettings, isGuided, sizeAtModel } from "../request/build-request.ts";
import { randomSeed } from "../request/intent.ts";
import { liveHere } from "../state/live-here.ts";
import { rowsOf } from "../state/rows.ts";
import { MODELS_OWN, type State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { tooLong } from "../text/too-long.ts";
import { LanguageSelect } from "./language-select.tsx";
import { MoreSettings } from "./more-settings.tsx";
import { QualityChoice } from "./quality-choice.tsx";
import { schedulerMenu } from "./scheduler-menu.ts";

const SIZES = { small: 0.75, own: 1, large: 1.25, veryLarge: 1.5 } as const;
const SIZE_NAMES = Object.keys(SIZES) as (keyof typeof SIZES)[];

function negativeHint(model: ModelInfo, guidanceScale: number): string {
  if (model.ignoresNegativePrompt) return t.settings.negativeUnused;
  const { negativeHint, negativeNoGuidance } = t.settings;
  return isGuided(model, guidanceScale) ? negativeHint : negativeNoGuidance(model.guidesAbove ?? 1);
}

/** What most people never need, behind one line that says what it is set to. */
export function SettingsPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { settings, companion, mode, fill } = state;
  const { steps, guidanceScale } = effectiveSettings({ mode, model, settings });
  const drawn = state.selection.kind === "several" ? t.settings.seedForEach : t.settings.randomSeed;
  const isKnown = settings.seedLocked || liveHere(state) !== null;
  const seed = isKnown ? t.settings.seedOf(settings.seed) : drawn;
  const summary = [settings.draft ? t.settings.summaryDraft : "", t.settings.summary(seed, steps)];
  const target = rowsOf(state)[0]?.target ?? null;
  const sizeOf = (sizeFactor: number) => {
    if (target === null) return "";
    const size = sizeAtModel({ mode, model, settings: { ...settings, sizeFactor }, target, fill });
    return ` · ${t.common.size(size)}`;
  };
  const own = { ...MODELS_OWN, sizeFactor: 1, negativePrompt: "" };
  const isChanged = Object.entries(own).some(([name, value]) => settings[name as keyof typeof own] !== value);
  const schedulers = schedulerMenu(model, settings.scheduler);
  return (
    <details class="settings">
      <summary>
        {t.settings.title} <span>{summary.filter(Boolean).join(" · ")}</span>
      </summary>
      <div class="fields">
        <Select
          label={t.settings.model}
          value={model.id}
          options={(companion?.models ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => actions.set({ model: id, ...own })}
        />
        <QualityChoice state={state} actions={actions} model={model} />
        {mode !== "fill" && (
          <Select
            label={t.settings.size}
            value={String(settings.sizeFactor)}
            options={SIZE_NAMES.map((name) => ({
              value: String(SIZES[name]),
              label: t.settings.sizes[name] + sizeOf(SIZES[name]),
            }))}
            onChange={(value) => actions.set({ sizeFactor: Number(value) })}
          />
        )}
        <div class="pair">
          <NumberField
            label={t.settings.steps}
            {...REQUEST_LIMITS.steps}
            step={1}
            value={steps}
            onChange={(value) => actions.set({ steps: value })}
          />
          <NumberField
            label={t.settings.guidance}
            {...REQUEST_LIMITS.guidanceScale}
            step={0.5}
            value={guidanceScale}
            onChange={(value) => actions.set({ guidanceScale: value })}
          />
        </div>
        {!model.plain && (
          <Select
            label={t.settings.scheduler}
            value={schedulers.value}
            options={schedulers.options}
            onChange={(value) => actions.set({ scheduler: schedulers.choiceOf(value) })}
          />
        )}
        <div class="seed">
          <NumberField
            label={t.settings.seed}
            min={0}
            max={2 ** 32 - 1}
            step={1}
            value={settings.seed}
            onChange={(seed) => actions.set({ seed, seedLocked: true })}
          />
          <button
            type="button"
            class="tool"
            title={t.settings.anotherSeed}
            aria-label={t.settings.anotherSeed}
            onClick={() => actions.set({ seed: randomSeed() })}
          >
            <Dice />
          </button>
          <button
            type="button"
            class={`tool ${settings.seedLocked ? "on" : ""}`}
            title={settings.seedLocked ? t.settings.seedStays : t.settings.newSeed}
            aria-label={t.settings.keepSeed}
            aria-pressed={settings.seedLocked}
            onClick={() => actions.set({ seedLocked: !settings.seedLocked })}
          >
            {settings.seedLocked ? <Lock /> : <Unlock />}
          </button>
        </div>
        <label class="field tall">
          <span class="field-label">
            {t.settings.negative} <span class="warning-text">{tooLong(settings.negativePrompt)}</span>
          </span>
          <textarea
            rows={2}
            value={settings.negativePrompt}
            placeholder={negativeHint(model, guidanceScale)}
            onInput={(event) => actions.set({ negativePrompt: event.currentTarget.value })}
          />
        </label>
        <MoreSettings state={state} actions={actions} model={model} />
        <LanguageSelect settings={settings} actions={actions} />
        {isChanged && (
          <button type="button" class="link" onClick={() => actions.set(own)}>
            {t.settings.ownSettings}
          </button>
        )}
      </div>
    </details>
  );
}

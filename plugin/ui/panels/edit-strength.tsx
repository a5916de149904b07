import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Settings } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Slider } from "../parts/slider.tsx";
import { effectiveSettings } from "../request/build-request.ts";
import { t } from "../text/language.ts";
import { DriftChoice } from "./drift-choice.tsx";

interface EditStrengthProps {
  readonly settings: Settings;
  readonly actions: Actions;
  readonly model: ModelInfo | null;
}

/** How much of a picture Edit may change: in noise, or for a model that edits by instruction in guidance. */
export function EditStrength({ settings, actions, model }: EditStrengthProps) {
  const { strength, imageGuidanceScale } = settings;
  const steps = model === null ? 0 : effectiveSettings({ mode: "edit", model, settings }).steps;
  if (model?.seesPictures)
    return (
      <section>
        <p class="hint">{t.fill.instruct}</p>
        <DriftChoice settings={settings} actions={actions} />
      </section>
    );
  if (model?.edits)
    return (
      <section>
        <h2>
          {t.fill.imageGuidance} <span>{t.common.figure(imageGuidanceScale, 1)}</span>
        </h2>
        <Slider
          label={t.fill.imageGuidance}
          ends={[t.fill.change, t.fill.keep]}
          {...{ ...IMAGE_GUIDANCE, value: imageGuidanceScale }}
          onChange={(value) => actions.set({ imageGuidanceScale: value })}
        />
        <DriftChoice settings={settings} actions={actions} />
      </section>
    );
  return (
    <section>
      <h2>
        {t.fill.strength}{" "}
        <span>
          {t.fill.strengthOf(t.common.percent(strength), strengthInWords(strength, steps, model?.editChanges))}
        </span>
      </h2>
      <Slider
        label={t.fill.strength}
        ends={[t.fill.keep, t.fill.change]}
        {...{ min: 0.05, max: 1, step: 0.05, value: strength }}
        onChange={(value) => actions.set({ strength: value })}
      />
    </section>
  );
}

/** Below 1 there is no guidance at all; above 3 hardly anything changes. Brooks et al. 2023, "InstructPix2Pix", use 1 … 2.2. */
const IMAGE_GUIDANCE = { min: 1, max: 3, step: 0.1 };

/** What was measured of the model; else how many of its steps draw anew, which is true of every one. */
function strengthInWords(strength: number, steps: number, measured: ModelInfo["editChanges"]): string {
  const share = measured?.[Math.max(0, Math.round(strength * 10) - 1)];
  if (share !== undefined) return t.fill.changes(t.common.percent(share));
  return t.fill.stepsAnew(Math.min(steps, Math.max(1, Math.floor(steps * strength))), steps);
}

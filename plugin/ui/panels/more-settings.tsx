import type { ModelInfo } from "../../../shared/protocol.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import type { Actions } from "../actions/actions.ts";
import { usableAddOns } from "../models/add-on-fit.ts";
import { NumberField } from "../parts/number-field.tsx";
import { type Option, Select } from "../parts/select.tsx";
import { Slider } from "../parts/slider.tsx";
import { effectiveSettings, hasEta, isGuided } from "../request/build-request.ts";
import { refinersFor } from "../state/in-use.ts";
import type { State } from "../state/state.ts";
import { formatInWords } from "../text/format-in-words.ts";
import { t } from "../text/language.ts";

/** Where base and refiner were made to meet: Podell et al. 2023, "SDXL". */
const REFINER_START = 0.8;
const SHARE = { min: 0, max: 1, step: 0.05 };

/** For who knows the words; each only where it does something. */
export function MoreSettings({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { settings, companion, mode } = state;
  const timesFaster = companion?.device?.timesFaster;
  const { vae, refiner, quantize, clipSkip, guidanceRescale, eta, tiling } = settings;
  const { guidanceScale, scheduler } = effectiveSettings({ mode, model, settings });
  const vaes = usableAddOns(companion?.addOns ?? [], "vae", model).map(toOption);
  const refiners = mode === "fill" ? [] : refinersFor(model, companion?.models ?? []).map(toOption);
  return (
    <details class="more">
      <summary>{t.common.moreSettings}</summary>
      <div class="fields">
        {mode === "generate" && !model.plain && (
          <label class="check" title={t.settings.tilingHow}>
            <input
              type="checkbox"
              checked={tiling}
              onChange={(event) => actions.set({ tiling: event.currentTarget.checked })}
            />
            {t.settings.tiling}
          </label>
        )}
        {refiners.length > 0 && (
          <Select
            label={t.settings.refiner}
            value={refiner?.model ?? ""}
            options={[{ value: "", label: t.common.none }, ...refiners]}
            onChange={(id) =>
              actions.set({ refiner: id === "" ? undefined : { model: id, start: refiner?.start ?? REFINER_START } })
            }
          />
        )}
        {refiners.length > 0 && refiner !== undefined && (
          <Slider
            label={t.settings.refinerWhere}
            ends={[t.settings.takesOver, t.common.percent(refiner.start)]}
            {...{ min: 0.05, max: 0.95, step: 0.05, value: refiner.start }}
            onChange={(start) => actions.set({ refiner: { ...refiner, start } })}
          />
        )}
        {vaes.length > 0 && (
          <Select
            label={t.settings.vae}
            value={vae ?? ""}
            options={[{ value: "", label: t.settings.modelsOwn }, ...vaes]}
            onChange={(id) => actions.set({ vae: id === "" ? undefined : id })}
          />
        )}
        <Select
          label={t.settings.weights}
          value={String(quantize ?? "")}
          options={weights(timesFaster, quantize === "int8")}
          onChange={(value) => actions.set({ quantize: FORMATS[value] })}
        />
        {!model.plain && (
          <NumberField
            label={t.settings.clipSkip}
            min={FIRST_LAYER}
            max={REQUEST_LIMITS.clipSkip.max + FIRST_LAYER}
            step={1}
            value={clipSkip + FIRST_LAYER}
            onChange={(value) => actions.set({ clipSkip: value - FIRST_LAYER })}
          />
        )}
        {isGuided(model, guidanceScale) && (
          <Slider
            label={t.settings.rescaleLabel}
            ends={[t.settings.rescale, t.common.percent(guidanceRescale)]}
            {...SHARE}
            value={guidanceRescale}
            onChange={(value) => actions.set({ guidanceRescale: value })}
          />
        )}
        {hasEta(scheduler) && (
          <Slider
            label={t.settings.etaLabel}
            ends={[t.settings.eta, t.common.figure(eta, 2)]}
            {...SHARE}
            value={eta}
            onChange={(value) => actions.set({ eta: value })}
          />
        )}
      </div>
    </details>
  );
}

const FORMATS: Readonly<Record<string, GenerateRequest["quantize"]>> = { int8: "int8", 8: 8, 4: 4 };

/** Narrower ones change the picture a little. Fast ones are there where the processor is, or where they were chosen before. */
const weights = (timesFaster: number | undefined, chosen: boolean): readonly Option[] => [
  { value: "", label: t.settings.weightsAuto },
  ...(timesFaster !== undefined || chosen ? [{ value: "int8", label: formatInWords("int8", timesFaster) }] : []),
  { value: "8", label: formatInWords(8) },
  { value: "4", label: formatInWords(4) },
];

/** People count from 1, which leaves no layer out. */
const FIRST_LAYER = 1;

const toOption = ({ id, name }: { id: string; name: string }): Option => ({ value: id, label: name });

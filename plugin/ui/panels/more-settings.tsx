import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import type { Actions } from "../actions/actions.ts";
import { usableAddOns } from "../models/add-on-fit.ts";
import { percent } from "../parts/follow-range.tsx";
import { NumberField } from "../parts/number-field.tsx";
import { type Option, Select } from "../parts/select.tsx";
import { Slider } from "../parts/slider.tsx";
import { effectiveSettings, hasEta } from "../request/build-request.ts";
import { refinersFor } from "../state/in-use.ts";
import type { State } from "../state/state.ts";

/** Where base and refiner were made to meet: Podell et al. 2023, "SDXL". */
const REFINER_START = 0.8;
const SHARE = { min: 0, max: 1, step: 0.05 };

/** For who knows the words; each only where it does something. */
export function MoreSettings({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { settings, companion, mode } = state;
  const { vae, refiner, quantize, clipSkip, guidanceRescale, eta } = settings;
  const { guidanceScale, scheduler } = effectiveSettings(model, settings);
  const vaes = usableAddOns(companion?.addOns ?? [], "vae", model).map(toOption);
  const refiners = mode === "fill" ? [] : refinersFor(model, companion?.models ?? []).map(toOption);
  return (
    <details class="more">
      <summary>More settings</summary>
      <div class="fields">
        {refiners.length > 0 && (
          <Select
            label="Refiner"
            value={refiner?.model ?? ""}
            options={[{ value: "", label: "None" }, ...refiners]}
            onChange={(id) =>
              actions.set({ refiner: id === "" ? undefined : { model: id, start: refiner?.start ?? REFINER_START } })
            }
          />
        )}
        {refiners.length > 0 && refiner !== undefined && (
          <Slider
            label="Where the refiner takes over"
            ends={["Takes over", percent(refiner.start)]}
            {...{ min: 0.05, max: 0.95, step: 0.05, value: refiner.start }}
            onChange={(start) => actions.set({ refiner: { ...refiner, start } })}
          />
        )}
        {vaes.length > 0 && (
          <Select
            label="VAE"
            value={vae ?? ""}
            options={[{ value: "", label: "Model’s own" }, ...vaes]}
            onChange={(id) => actions.set({ vae: id === "" ? undefined : id })}
          />
        )}
        <Select
          label="Weights"
          value={String(quantize ?? "")}
          options={WEIGHTS}
          onChange={(bits) => actions.set({ quantize: bits === "" ? undefined : bits === "8" ? 8 : 4 })}
        />
        {!model.seesPictures && (
          <NumberField
            label="Clip skip"
            min={FIRST_LAYER}
            max={REQUEST_LIMITS.clipSkip.max + FIRST_LAYER}
            step={1}
            value={clipSkip + FIRST_LAYER}
            onChange={(value) => actions.set({ clipSkip: value - FIRST_LAYER })}
          />
        )}
        {guidanceScale > 1 && (
          <Slider
            label="Guidance rescale: against too much contrast"
            ends={["Rescale", percent(guidanceRescale)]}
            {...SHARE}
            value={guidanceRescale}
            onChange={(value) => actions.set({ guidanceRescale: value })}
          />
        )}
        {hasEta(scheduler) && (
          <Slider
            label="Eta: randomness on the way"
            ends={["Eta", eta.toFixed(2)]}
            {...SHARE}
            value={eta}
            onChange={(value) => actions.set({ eta: value })}
          />
        )}
      </div>
    </details>
  );
}

/** Narrower ones change the picture a little. */
const WEIGHTS: readonly Option[] = [
  { value: "", label: "As fine as memory allows" },
  { value: "8", label: "8 bits: less memory" },
  { value: "4", label: "4 bits: least memory" },
];

/** People count from 1, which leaves no layer out. */
const FIRST_LAYER = 1;

const toOption = ({ id, name }: { id: string; name: string }): Option => ({ value: id, label: name });

import { inUse } from "../state/in-use.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import type { LayerRef } from "../state/recipe.ts";
import { promptOf } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import { effectiveSettings, instructs } from "./build-request.ts";
import { type Intent, told } from "./intent.ts";

/** Steps that are drawn at most: fewer show what an edit does, more make it wait. */
export const LIVE_STEPS = 4;

/**
 * Edit of one frame as the panel has it, by a few steps in the fast format where there is one, and always from the same seed, so that
 * only what was edited changes.
 */
export function liveIntent(
  state: State,
  target: LayerRef & { readonly width: number; readonly height: number },
): Intent {
  const model = requireModel(modelInUse(state));
  const { settings } = state;
  const strength = instructs(model) ? 1 : settings.strength;
  const { steps } = effectiveSettings({ mode: "edit", model, settings });
  const few = Math.min(steps, Math.ceil(LIVE_STEPS / strength));
  const isFaster = state.companion?.device?.timesFaster !== undefined;
  const quantize = settings.quantize ?? (isFaster ? "int8" : undefined);
  const words = promptOf({ target, hasPicture: true, texts: [], textsOver: [], cells: null }, state.prompt);
  return {
    ...{ mode: "edit", model, settings: { ...settings, steps: few, quantize } },
    ...told(words, state, model),
    layers: { target: { id: target.id, name: target.name } },
    use: inUse({ ...state, settings: { ...state.settings, loopSeconds: 0 } }, model),
    seeds: [settings.seed],
    withoutResults: true,
  };
}

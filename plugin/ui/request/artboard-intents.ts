import type { Rect } from "../../../shared/geometry.ts";
import type { Margins } from "../../bridge.ts";
import { inUse } from "../state/in-use.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { State } from "../state/state.ts";
import { filled, type Intent, seedOfLayer } from "./intent.ts";

/** A picture in a frame, and how far it is to be painted beyond it. */
export interface ToExpand {
  readonly target: LayerRef;
  readonly margins: Margins;
  /** Where a headline lies, in the picture's own space; absent: there is none. */
  readonly headline?: Rect | undefined;
}

/** One picture for each frame of a set that its picture does not fill, whatever is selected; the panel says with which words and settings. */
export function artboardIntents(state: State, frames: readonly ToExpand[]): Intent[] {
  const model = requireModel(modelInUse(state));
  const { settings, prompt } = state;
  const filling = { ...state, mode: "fill" as const };
  return frames.map(({ target, margins, headline }) => ({
    ...{ mode: "fill", model, expand: margins },
    ...filled(prompt, filling, model, true),
    layers: { target },
    ...(headline && { calm: [headline] }),
    use: { ...inUse(filling, model), controls: [] },
    seeds: [settings.seedLocked ? settings.seed : seedOfLayer(target.id, settings.variation)],
  }));
}

/** Pictures that are taken apart into layers, in Edit: by which model, and into how many. */
import type { ModelInfo } from "../../../shared/protocol.ts";
import { SPLIT_RESOLUTIONS, type Split } from "../../../shared/request.ts";
import { SPLIT_LIMITS } from "../../../shared/split.ts";
import { modelInUse } from "./model-in-use.ts";
import type { State } from "./state.ts";

type Asked = Pick<State, "companion" | "settings" | "mode">;

/** The chosen model where it takes pictures apart, or else the first that does; null where there is none. */
export function splitterFor(state: Pick<State, "companion" | "settings">): ModelInfo | null {
  const chosen = modelInUse(state);
  if (chosen?.splits) return chosen;
  return state.companion?.models.find(({ splits }) => splits) ?? null;
}

/** Layers that are asked for, with a model that does nothing else also where none were. */
export const layersWished = ({ settings: { splitInto } }: Pick<State, "settings">): number =>
  splitInto >= SPLIT_LIMITS.min ? Math.min(Math.round(splitInto), SPLIT_LIMITS.max) : SPLIT_LIMITS.usual;

/** Undefined where the picture is not taken apart. */
export function splitOf(state: Asked): Split | undefined {
  const { settings, mode } = state;
  const splitter = splitterFor(state);
  if (mode !== "edit" || splitter === null) return undefined;
  if (settings.splitInto === 0 && !modelInUse(state)?.splits) return undefined;
  const [usual, fine] = SPLIT_RESOLUTIONS;
  return { layers: layersWished(state), resolution: settings.splitFinely ? fine : usual, normalize: false };
}

/** The model that takes the picture apart, where it is to be; it may stand in the chosen one's place. */
export const splitterInUse = (state: Asked): ModelInfo | null =>
  splitOf(state) === undefined ? null : splitterFor(state);

import { Problem } from "../../../shared/problem.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { State } from "./state.ts";

/** The chosen model; where none was ever chosen the first that paints; null where the chosen one is gone, which the designer is told. */
export function modelInUse({ companion, settings }: Pick<State, "companion" | "settings">): ModelInfo | null {
  const models = companion?.models ?? [];
  const first = models.find(({ splits }) => !splits) ?? models[0];
  const model = settings.model === undefined ? first : models.find(({ id }) => id === settings.model);
  return model ?? null;
}

/** The model that a run needs. Throws Problem "model-not-found" where there is none. */
export function requireModel(model: ModelInfo | null): ModelInfo {
  if (model !== null) return model;
  throw new Problem("model-not-found", "There is no model yet. Put one into the models folder, then try again.");
}

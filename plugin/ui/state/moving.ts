import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { motionModuleFor } from "../models/motion.ts";
import type { State } from "./state.ts";

/** What moves the pictures that the panel asks for; undefined where nothing can: a Fill and painted letters stand still. */
export function movingModule(
  { companion, mode, painted }: Pick<State, "companion" | "mode" | "painted">,
  model: ModelInfo,
): AddOnInfo | undefined {
  if (mode === "fill" || painted.length > 0) return undefined;
  return motionModuleFor(companion?.addOns ?? [], model);
}

/** What a model follows pictures with. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { usableAddOns } from "./add-on-fit.ts";

/** The installed add-ons that it can use; or the model itself, where it was made to follow a picture. */
export function controlModelsFor(addOns: readonly AddOnInfo[], model: ModelInfo): readonly AddOnInfo[] {
  if (model.follows) return [itself(model)];
  return model.plain ? [] : usableAddOns(addOns, "control", model);
}

const itself = ({ id, name }: ModelInfo): AddOnInfo => ({
  ...{ id, name, kind: "control", families: [], triggerWords: [], thumbnail: false },
});

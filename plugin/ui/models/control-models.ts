/** What a model follows pictures with. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { usableAddOns } from "./add-on-fit.ts";

/** The installed add-ons that it can use; or the model itself, where it was made to follow a picture. */
export function controlModelsFor(addOns: readonly AddOnInfo[], model: ModelInfo): readonly AddOnInfo[] {
  if (model.follows) return [itself(model)];
  if (mostControls(model) === 0) return [];
  // Of a file that does not say what it is for, this much is known: it is not for a transformer.
  return usableAddOns(addOns, "control", model).filter(({ controlKind }) => !model.plain || controlKind === "union");
}

/** How many pictures it can follow at once. */
export function mostControls({ follows, plain, controls }: Pick<ModelInfo, "follows" | "plain" | "controls">): number {
  if (follows) return 1;
  return plain ? (controls ?? 0) : REQUEST_LIMITS.controls;
}

const itself = ({ id, name }: ModelInfo): AddOnInfo => ({
  ...{ id, name, kind: "control", families: [], triggerWords: [], thumbnail: false },
});

/** What of the library fills best beside the chosen model. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { fitOf } from "../models/add-on-fit.ts";
import { controlModelsFor } from "../models/control-models.ts";
import { modelInUse } from "./model-in-use.ts";
import { splitterInUse } from "./splitting.ts";
import type { State } from "./state.ts";

export type FillTool =
  /** A ControlNet that is trained to fill: the chosen model keeps its look. */
  | { readonly kind: "control"; readonly addOn: AddOnInfo }
  /** A model of the same family that was trained to fill, in the chosen one's place. */
  | { readonly kind: "model"; readonly model: ModelInfo };

type Asked = Pick<State, "companion" | "settings" | "mode" | "controls">;

const NAMED = /in-?_?paint/i;

/** Null where the chosen model fills by itself, or nothing better is there. */
export function fillToolFor({ companion, mode, controls, ...state }: Asked): FillTool | null {
  const model = modelInUse({ companion, ...state });
  if (companion === null || model === null || mode !== "fill" || model.inpainting || model.edits || model.splits)
    return null;
  // A plain model has room for no other ControlNet.
  const isFull = model.plain && followedWith(companion.addOns, controls, model) !== undefined;
  const addOn = isFull ? undefined : companion.addOns.find((each) => fillsBeside(each, model));
  if (addOn !== undefined) return { kind: "control", addOn };
  const sibling = companion.models.find(
    ({ id, family, inpainting }) =>
      inpainting && id !== model.id && family.id === model.family.id && family.like === model.family.like,
  );
  return sibling === undefined ? null : { kind: "model", model: sibling };
}

/** What the model follows its first picture with. */
function followedWith(addOns: readonly AddOnInfo[], controls: State["controls"], model: ModelInfo) {
  const usable = controlModelsFor(addOns, model);
  return controls.flatMap((control) => usable.filter(({ id }) => id === control.model))[0];
}

/** True where a mask is shown to the model, to what helps it, or to what it follows a picture with. */
export function showsMask(state: Asked, model: ModelInfo): boolean {
  const { companion, controls } = state;
  const followed = model.plain ? followedWith(companion?.addOns ?? [], controls, model) : undefined;
  return model.inpainting || fillToolInUse(state)?.kind === "control" || followed?.fills === true;
}

/**
 * What a ControlNet for Stable Diffusion is trained for no file says, its name does. Only those for Stable Diffusion 1 and 2 look at the picture as
 * diffusers' make_inpaint_condition makes it: others want white, or a latent.
 */
function fillsBeside(addOn: AddOnInfo, model: ModelInfo): boolean {
  const { id, name, controlKind, kind, fills } = addOn;
  if (fills) return controlModelsFor([addOn], model).length > 0;
  if (kind !== "control" || controlKind !== "controlnet" || model.plain || !NAMED.test(`${id} ${name}`)) return false;
  return /^sd[12]/.test(model.family.id) && fitOf(addOn, model) !== "other";
}

/** The tool, unless it is not wanted. */
export const fillToolInUse = (state: Asked): FillTool | null => (state.settings.fillAlone ? null : fillToolFor(state));

/** The model that paints: the chosen one, or the one that fills in its place, or takes the picture apart. */
export function paintingModel(state: Asked): ModelInfo | null {
  const tool = fillToolInUse(state);
  return tool?.kind === "model" ? tool.model : (splitterInUse(state) ?? modelInUse(state));
}

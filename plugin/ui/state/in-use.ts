/** What of the panel's settings counts for the model at work: the rest waits for another one. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Motion } from "../../../shared/request.ts";
import type { LoraUse, Settings } from "../../bridge.ts";
import { fitOf } from "../models/add-on-fit.ts";
import { controlModelsFor, mostControls } from "../models/control-models.ts";
import { motionOf } from "../models/motion.ts";
import type { ControlLayer } from "./followed.ts";
import { movingModule } from "./moving.ts";
import type { Companion, State } from "./state.ts";

export interface InUse {
  readonly loras: readonly LoraUse[];
  readonly controls: readonly ControlLayer[];
  readonly vae?: string;
  readonly refiner?: NonNullable<Settings["refiner"]>;
  readonly motion?: Motion;
}

export function inUse(
  state: Pick<State, "companion" | "settings" | "controls" | "mode" | "painted">,
  model: ModelInfo,
): InUse {
  const { companion, settings, controls, mode } = state;
  const { addOns = [], models = [] } = companion ?? {};
  const fits = (id: string, kind: AddOnInfo["kind"]) => isUsable(addOns, { id, kind, model });
  const { vae, refiner, loopSeconds } = settings;
  const module = loopSeconds > 0 ? movingModule(state, model) : undefined;
  const refines = mode !== "fill" && refinersFor(model, models).some(({ id }) => id === refiner?.model);
  return {
    loras: settings.loras.filter(({ model: id }) => fits(id, "lora")),
    controls: controlsInUse(controls, addOns, model),
    ...(vae !== undefined && fits(vae, "vae") && { vae }),
    ...(refiner !== undefined && refines && { refiner }),
    ...(module && { motion: motionOf(loopSeconds, module) }),
  };
}

const WHOLLY = { weight: 1, start: 0, end: 1 } as const;

function controlsInUse(
  controls: readonly ControlLayer[],
  addOns: readonly AddOnInfo[],
  model: ModelInfo,
): readonly ControlLayer[] {
  const usable = controlModelsFor(addOns, model);
  return controls
    .filter((control) => usable.some(({ id }) => id === control.model))
    .slice(0, mostControls(model))
    .map((control) => (knowsGuessing(addOns, control) ? control : { ...control, mode: "balanced" as const }))
    .map((control) => (model.follows ? { ...control, ...WHOLLY } : control));
}

/** Only ControlNets can count more than the prompt. */
export function knowsGuessing(addOns: readonly AddOnInfo[], { model }: Pick<ControlLayer, "model">): boolean {
  return addOns.find(({ id }) => id === model)?.controlKind === "controlnet";
}

/** True where the add-on is installed, and not made for another family. */
export function isUsable(
  addOns: readonly AddOnInfo[],
  { id, kind, model }: { readonly id: string; readonly kind: AddOnInfo["kind"]; readonly model: ModelInfo },
): boolean {
  const addOn = addOns.find((candidate) => candidate.id === id && candidate.kind === kind);
  return addOn !== undefined && fitOf(addOn, model) !== "other";
}

/** True where it is known which part of the UNet hears a style and which a layout: in the published families. */
export const hasKnownParts = ({ family, redux }: Pick<ModelInfo, "family" | "redux">) => !family.like && !redux;

/** Models that are made to finish this one's pictures. */
export function refinersFor(model: ModelInfo, models: Companion["models"]): readonly ModelInfo[] {
  return models.filter((other) => other.family.refines === model.family.id);
}

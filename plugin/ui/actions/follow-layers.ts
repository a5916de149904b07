/** Selected layers become what results follow. */
import type { AddOnInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import type { LayerInfo, SelectionInfo } from "../../bridge.ts";
import { likelyKeep, modelFor } from "../models/control-keeps.ts";
import { controlModelsFor, mostControls } from "../models/control-models.ts";
import type { ControlLayer, FollowedLayer, ReferenceLayer } from "../state/followed.ts";
import { modelInUse } from "../state/model-in-use.ts";
import type { State } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";

const WHOLE = { start: 0, end: 1 };

export function addReferences(store: Store): void {
  const { selection, references } = store.state;
  addReferenceLayers(store, newLayers(selection, references));
}

/** As many as there is room for. */
export function addReferenceLayers(
  store: Store,
  layers: readonly LayerInfo[],
  blocks: ReferenceLayer["blocks"] = "all",
): void {
  const { references } = store.state;
  const added = layers.map((layer): ReferenceLayer => ({ layer, ...WHOLE, weight: 0.8, blocks }));
  const all = [...references, ...added].slice(0, REQUEST_LIMITS.references);
  store.dispatch({ type: "references", references: all });
}

/** Each begins with what it most likely is for, and with an installed model that is made for that. */
export async function addControls({ store, main }: { store: Store; main: MainClient }): Promise<void> {
  const models = controlModels(store.state);
  const { selection, controls } = store.state;
  const room = roomForControls(store.state);
  const added: ControlLayer[] = [];
  // Of a picture and the shape over it, the shape is what says how the result should run.
  const shape = selection.kind === "target" ? selection.mask : undefined;
  const layers = newLayers(selection, controls).filter(({ id }) => shape === undefined || id === shape.id);
  for (const layer of layers.slice(0, room)) {
    const { drawing } = await main.call("read-outlines", { node: layer.id });
    const drawn = drawing !== null;
    const keeps = likelyKeep(models, { drawn });
    const model = modelFor(keeps, models);
    if (model !== undefined)
      added.push({ layer, ...WHOLE, weight: firstWeight(model), keeps, model: model.id, mode: "balanced", drawn });
  }
  store.dispatch({ type: "controls", controls: [...store.state.controls, ...added] });
}

const firstWeight = ({ suggestedWeight = 1 }: AddOnInfo): number => Math.min(2, Math.max(0, suggestedWeight));

/** How many layers more a result can follow. */
export function roomForControls(state: State): number {
  const model = modelInUse(state);
  const { controls } = state;
  if (!model?.plain) return REQUEST_LIMITS.controls - controls.length;
  const usable = controlModels(state);
  return mostControls(model) - controls.filter((control) => usable.some(({ id }) => id === control.model)).length;
}

/** The control models that the model at work can use. */
export function controlModels(state: State) {
  const model = modelInUse(state);
  return model === null ? [] : controlModelsFor(state.companion?.addOns ?? [], model);
}

/** Those that are selected and not followed yet. */
export function newLayers(selection: SelectionInfo, followed: readonly FollowedLayer[]): readonly LayerInfo[] {
  return selectedLayers(selection).filter(({ id }) => followed.every(({ layer }) => layer.id !== id));
}

export function selectedLayers(selection: SelectionInfo): readonly LayerInfo[] {
  if (selection.kind === "several") return selection.layers;
  if (selection.kind !== "target") return [];
  const { target, mask } = selection;
  return mask === undefined ? [target] : [target, mask];
}

const CONTAINERS = ["Frame", "Group", "Section", "Component", "Component set", "Instance", "Slot"];

/** The selected layer that can mark a part of a picture: a shape over one, or one without a picture of its own. */
export function selectedShape(selection: SelectionInfo): LayerInfo | undefined {
  if (selection.kind !== "target") return undefined;
  const { target, mask } = selection;
  const isShape = !CONTAINERS.includes(target.kind) && target.kind !== "Image";
  return mask ?? (isShape ? target : undefined);
}

import type { LayerInfo, OpenJob, SelectionInfo, Ticket } from "../../../plugin/bridge.ts";
import type { NewJob } from "../../../plugin/ui/state/events.ts";
import type { PictureJob } from "../../../plugin/ui/state/picture.ts";
import type { Recipe } from "../../../plugin/ui/state/recipe.ts";
import type { Companion } from "../../../plugin/ui/state/state.ts";
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { parseRequest } from "../../../shared/validate.ts";

export const model: ModelInfo = {
  id: "sd15",
  name: "SD 1.5",
  family: { id: "sd1", name: "Stable Diffusion 1.x", like: false },
  nativeSize: 512,
  sizeMultiple: 8,
  maxTokens: 77,
  inpainting: false,
  references: true,
  edits: false,
  defaults: { steps: 25, guidanceScale: 7.5, scheduler: "DDIM" },
  suggestions: ["a fox"],
  thumbnail: false,
};

export const companion: Companion = {
  version: "0.1.0",
  device: { provider: "cpu", name: "CPU (2 cores)", passedOver: [] },
  engineProblem: null,
  modelsFolder: "/models",
  models: [model],
  addOns: [],
  modelProblems: [],
  contentFilter: "off",
};

export const addOn = (kind: AddOnInfo["kind"], name: string, more: Partial<AddOnInfo> = {}): AddOnInfo => ({
  id: `${kind}/${name}`,
  name,
  kind,
  families: [{ id: model.family.id, name: model.family.name }],
  triggerWords: [],
  thumbnail: false,
  ...more,
});

export const layer = (name: string, more: Partial<LayerInfo> = {}): LayerInfo => ({
  id: `id of ${name}`,
  name,
  kind: "Frame",
  width: 390,
  height: 280,
  hasPicture: true,
  fingerprint: "1",
  ...more,
});

export const target = (name: string, mask?: string): SelectionInfo => ({
  kind: "target",
  target: layer(name),
  ...(mask !== undefined && { mask: layer(mask) }),
});

/** A shape alone, over a picture. */
export const over = (shape: string, picture: string): SelectionInfo => ({
  kind: "target",
  target: layer(shape),
  under: layer(picture),
});

export const ticket: Ticket = {
  document: "File",
  target: "1:1",
  name: "Hero",
  width: 390,
  height: 280,
  transform: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  fingerprint: "f",
  naturalScale: 1,
};

export const recipe: Recipe = {
  version: 1,
  mode: "generate",
  model: "SD 1.5",
  target: { id: "1:1", name: "Hero" },
  references: [],
  controls: [],
  request: parseRequest({ model: "sd15", prompt: "a fox", seed: 42 }),
};

/** As the bridge keeps it. */
export const openJob = (id: string, more: Partial<OpenJob> = {}): OpenJob => ({
  ...job(id),
  recipe: JSON.stringify(recipe),
  ...more,
});

/** With what it is to make. */
export const newJob = (id: string, more: Partial<PictureJob> = {}): NewJob => ({ job: job(id, more), recipe });

export const job = (id: string, more: Partial<PictureJob> = {}): PictureJob => ({
  job: id,
  run: "run",
  index: 0,
  of: 2,
  batch: false,
  mode: "generate",
  ticket,
  steps: 25,
  submittedAt: 1,
  ...more,
});

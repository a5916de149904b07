import type { Size } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import {
  type Control,
  type GenerateRequest,
  REQUEST_DEFAULTS,
  type Reference,
  type SchedulerChoice,
} from "../../../shared/request.ts";
import { namedScheduler } from "../../../shared/scheduler-names.ts";
import type { Mode, Settings } from "../../bridge.ts";
import { KEEPS } from "../models/control-keeps.ts";
import { modelSize } from "../models/model-size.ts";
import { fillContext } from "../pixels/fill-context.ts";
import { hasKnownParts, type InUse } from "../state/in-use.ts";
import type { ControlLayer, FillView, ReferenceLayer } from "../state/state.ts";

/** Names of the images that travel beside a request. */
export const IMAGE = "image";
export const MASK = "mask";
export const referenceName = (index: number) => `reference.${index}`;
export const withinName = (index: number) => `within.${index}`;
export const controlName = (index: number) => `control.${index}`;

export interface Intent {
  readonly mode: Mode;
  readonly model: ModelInfo;
  readonly prompt: string;
  readonly settings: Settings;
  readonly references: readonly ReferenceLayer[];
  readonly use: InUse;
  /** The target's own size, canvas pixels. */
  readonly target: Size;
  /** In Fill: what the mask covers. */
  readonly fill: Pick<FillView, "source" | "maskBounds"> | null;
}

/** Steps, guidance and scheduler as set, or else those that are recommended for the model. */
export function effectiveSettings(model: ModelInfo, settings: Pick<Settings, "steps" | "guidanceScale" | "scheduler">) {
  return {
    steps: settings.steps ?? model.defaults.steps,
    guidanceScale: settings.guidanceScale ?? model.defaults.guidanceScale,
    scheduler: settings.scheduler ?? recommendedScheduler(model),
  };
}

/** A name that nobody knows leaves the choice to the model's own files. */
export const recommendedScheduler = ({ defaults }: ModelInfo): SchedulerChoice =>
  namedScheduler(defaults.scheduler) ?? {};

/** DDIM's and TCD's randomness on the way. */
export const hasEta = ({ name }: SchedulerChoice) => name === "ddim" || name === "tcd";

/** What the model draws: its own area in the target's shape, or in Fill the shape of the context. */
export function sizeAtModel({
  mode,
  model,
  settings,
  target,
  fill,
}: Pick<Intent, "mode" | "model" | "settings" | "target" | "fill">): Size {
  if (mode === "fill" && fill?.maskBounds)
    return fillContext({ source: fill.source, maskBounds: fill.maskBounds }, { model, detail: settings.detail })
      .diffusion;
  return modelSize(target, { native: model.nativeSize, factor: settings.sizeFactor });
}

/** The request for one picture. The same intent and seed give the same request. */
export function buildRequest(intent: Intent, seed: number): GenerateRequest {
  const { mode, model, settings, prompt, use } = intent;
  const { width, height } = sizeAtModel(intent);
  const negativePrompt = settings.negativePrompt.trim();
  const effective = effectiveSettings(model, settings);
  return {
    ...REQUEST_DEFAULTS,
    model: model.id,
    ...(use.vae !== undefined && { vae: use.vae }),
    prompt: prompt.trim(),
    promptSyntax: "a1111",
    ...(negativePrompt !== "" && { negativePrompt }),
    loras: use.loras,
    width,
    height,
    seed,
    ...effective,
    ...(effective.guidanceScale > 1 && { guidanceRescale: settings.guidanceRescale }),
    ...(hasEta(effective.scheduler) && { eta: settings.eta }),
    ...(model.edits && { imageGuidanceScale: settings.imageGuidanceScale }),
    ...(use.refiner && { refiner: use.refiner }),
    ...(settings.quantize && { quantize: settings.quantize }),
    ...(settings.contentFilter && { contentFilter: true }),
    clipSkip: settings.clipSkip,
    strength: mode === "edit" && !model.edits ? settings.strength : 1,
    ...(mode !== "generate" && { image: IMAGE }),
    ...(mode === "fill" && { mask: MASK, region: { detail: settings.detail, colorMatch: true } }),
    references: model.references ? intent.references.map((reference, i) => toReference(reference, i, model)) : [],
    controls: use.controls.map(toControl),
  };
}

function toReference(reference: ReferenceLayer, index: number, model: ModelInfo): Reference {
  const { weight, start, end, blocks, within } = reference;
  return {
    image: referenceName(index),
    weight,
    start,
    end,
    ...(blocks !== "all" && hasKnownParts(model) && { blocks, role: ROLES[blocks] }),
    ...(within && { mask: withinName(index) }),
  };
}

/** In the request's words. */
const ROLES = { style: "style", layout: "composition" } as const;

function toControl({ model, weight, start, end, mode, ...layer }: ControlLayer, index: number): Control {
  const preprocessor = drawsItself(layer) ? undefined : KEEPS[layer.keeps].preprocessor;
  return {
    image: controlName(index),
    model,
    weight,
    start,
    end,
    mode,
    ...(preprocessor && { preprocessor }),
  };
}

/** True where the plugin draws the lines itself, so that nothing needs to find them. */
export const drawsItself = ({ keeps, drawn }: Pick<ControlLayer, "keeps" | "drawn">) => keeps === "outlines" && drawn;

/** The seeds of a run: the locked one, or a fresh one, and those after it. */
export function seedsOfRun({ count, seed }: Pick<Settings, "count" | "seed">): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) % 2 ** 32);
}

/** A seed between 0 and 2^32 - 1, short enough to be told to a colleague. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

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
import type { Settings } from "../../bridge.ts";
import { KEEPS } from "../models/control-keeps.ts";
import { modelSize } from "../models/model-size.ts";
import type { ControlLayer } from "../state/followed.ts";
import { hasKnownParts } from "../state/in-use.ts";
import type { FillView } from "../state/state.ts";
import { contextOfFill, fillRegion } from "./fill-region.ts";
import type { Intent, RunSettings } from "./intent.ts";

/** Names of the images that travel beside a request. */
export const IMAGE = "image";
export const MASK = "mask";
export const referenceName = (index: number) => `reference.${index}`;
export const withinName = (index: number) => `within.${index}`;
export const controlName = (index: number) => `control.${index}`;

/** An intent with what was read of its layers. */
export interface MeasuredIntent extends Intent {
  /** The target's own size, canvas pixels. */
  readonly target: Size;
  /** In Fill: what the mask covers. */
  readonly fill: Pick<FillView, "source" | "maskBounds" | "scale" | "expand"> | null;
}

/** Steps, guidance and scheduler as set, or else those that are recommended for the model. */
export function effectiveSettings(model: ModelInfo, settings: Pick<Settings, "steps" | "guidanceScale" | "scheduler">) {
  return {
    steps: settings.steps ?? model.defaults.steps,
    guidanceScale: settings.guidanceScale ?? model.defaults.guidanceScale,
    scheduler: settings.scheduler ?? recommendedScheduler(model),
  };
}

/** Whether a scale does anything, and the negative prompt with it. */
export const isGuided = ({ guidesAbove = 1 }: ModelInfo, guidanceScale: number): boolean => guidanceScale > guidesAbove;

/** A name that nobody knows leaves the choice to the model's own files. */
export const recommendedScheduler = ({ defaults }: ModelInfo): SchedulerChoice =>
  namedScheduler(defaults.scheduler) ?? {};

/** DDIM's and TCD's randomness on the way. */
export const hasEta = ({ name }: SchedulerChoice) => name === "ddim" || name === "tcd";

/** What the model draws: its own area in the target's shape, or in Fill the shape of the context. */
export function sizeAtModel({ mode, model, settings, target, fill, size }: Sized): Size {
  if (mode === "fill" && fill?.maskBounds)
    return contextOfFill({ ...fill, maskBounds: fill.maskBounds }, { model, settings }).diffusion;
  if (size && hasShape(size, target)) return size;
  if (isPattern({ mode, model, settings }))
    return modelSize(SQUARE, { native: model.nativeSize, factor: settings.sizeFactor });
  return modelSize(target, { native: model.nativeSize, factor: settings.sizeFactor });
}

/** A tile has no more to do with its target's shape. */
const SQUARE: Size = { width: 1, height: 1 };

/** Whether pictures repeat without a seam: where they are drawn from nothing, by a model that can. */
export const isPattern = ({
  mode,
  model,
  settings,
}: Pick<Intent, "mode" | "model"> & { settings: Pick<RunSettings, "tiling"> }) =>
  settings.tiling && mode === "generate" && !model.plain;

interface Sized extends Pick<MeasuredIntent, "mode" | "model" | "target" | "fill" | "size"> {
  readonly settings: Pick<RunSettings, "detail" | "edge" | "edgeWidth" | "sizeFactor" | "tiling">;
}

/** How far sides that are multiples of 64 can be from a target's shape. */
const SHAPE_TOLERANCE = 0.12;

const hasShape = (a: Size, b: Size) =>
  Math.abs(Math.log((a.width / a.height) * (b.height / b.width))) < SHAPE_TOLERANCE;

/** The request for one picture. The same intent and seed give the same request. */
export function buildRequest(intent: MeasuredIntent, seed: number): GenerateRequest {
  const { mode, model, settings, prompt, use } = intent;
  const { width, height } = sizeAtModel(intent);
  const negativePrompt = settings.negativePrompt.trim();
  const effective = effectiveSettings(model, settings);
  return {
    ...REQUEST_DEFAULTS,
    model: model.id,
    ...(use.vae !== undefined && { vae: use.vae }),
    prompt: prompt.trim(),
    promptSyntax: model.plain ? "plain" : "a1111",
    ...(negativePrompt !== "" && { negativePrompt }),
    loras: use.loras,
    width,
    height,
    seed,
    ...effective,
    ...(model.plain && { scheduler: {} }),
    ...(isGuided(model, effective.guidanceScale) && { guidanceRescale: settings.guidanceRescale }),
    ...(hasEta(effective.scheduler) && { eta: settings.eta }),
    ...(model.edits && { imageGuidanceScale: settings.imageGuidanceScale }),
    ...(use.refiner && { refiner: use.refiner }),
    ...(settings.quantize && { quantize: settings.quantize }),
    ...(settings.contentFilter && { contentFilter: true }),
    tiling: isPattern(intent),
    clipSkip: model.plain ? 0 : settings.clipSkip,
    strength: mode === "edit" && !instructs(model) ? settings.strength : 1,
    ...(mode !== "generate" && { image: IMAGE }),
    ...(mode === "fill" && { mask: MASK, region: fillRegion(settings, intent.fill ?? { scale: 1 }) }),
    references: model.references ? intent.references.map((reference, i) => toReference(reference, i, model)) : [],
    controls: model.plain ? [] : use.controls.map(toControl),
  };
}

/** Whether Edit changes a picture as the prompt says, whatever is left of it. */
export const instructs = ({ edits, seesPictures }: ModelInfo): boolean => edits || seesPictures === true;

function toReference(reference: Intent["references"][number], index: number, model: ModelInfo): Reference {
  const { weight, start, end, blocks, within } = reference;
  if (model.seesPictures) return { image: referenceName(index), weight: 1, start: 0, end: 1 };
  return {
    image: referenceName(index),
    weight,
    start,
    end,
    ...(blocks !== "all" && hasKnownParts(model) && { blocks }),
    ...(within && { mask: withinName(index) }),
  };
}

function toControl(
  { model, weight, start, end, mode, ...layer }: Intent["use"]["controls"][number],
  index: number,
): Control {
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

import type { Rect, Size } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import {
  type Control,
  type GenerateRequest,
  REQUEST_DEFAULTS,
  type Reference,
  type Region,
  type SchedulerChoice,
} from "../../../shared/request.ts";
import { namedScheduler } from "../../../shared/scheduler-names.ts";
import { splitSize } from "../../../shared/split.ts";
import type { Mode, Settings } from "../../bridge.ts";
import { KEEPS } from "../models/control-keeps.ts";
import { mostControls } from "../models/control-models.ts";
import { modelSize } from "../models/model-size.ts";
import type { ControlLayer } from "../state/followed.ts";
import { hasKnownParts } from "../state/in-use.ts";
import type { FillView } from "../state/state.ts";
import { contextOfFill, fillRegion } from "./fill-region.ts";
import type { Intent, RunSettings } from "./intent.ts";

/** Names of the images that travel beside a request. */
export const IMAGE = "image";
export const MASK = "mask";
export const LETTERS = "letters";
export const referenceName = (index: number) => `reference.${index}`;
export const withinName = (index: number) => `within.${index}`;
export const controlName = (index: number) => `control.${index}`;

/** An intent with what was read of its layers. */
export interface MeasuredIntent extends Intent {
  /** `calm` on the raster of the source, pixels. */
  readonly calmPixels?: readonly Rect[];
  /** The target's own size, canvas pixels. */
  readonly target: Size;
  /** In Fill: what the mask covers. */
  readonly fill: Pick<FillView, "source" | "maskBounds" | "scale" | "expand"> | null;
}

interface SetFor {
  readonly mode: Mode;
  readonly model: ModelInfo;
  readonly settings: Pick<Settings, "steps" | "guidanceScale" | "scheduler">;
}

/** Steps, guidance and scheduler as set, or else those that are recommended for the model in this mode. */
export function effectiveSettings({ mode, model, settings }: SetFor) {
  const { guidanceScale, editGuidanceScale = guidanceScale } = model.defaults;
  return {
    steps: settings.steps ?? model.defaults.steps,
    guidanceScale: settings.guidanceScale ?? (mode === "edit" ? editGuidanceScale : guidanceScale),
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
export function sizeAtModel({ mode, model, settings, target, fill, size, split }: Sized): Size {
  if (split) return splitSize(target, split);
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

interface Sized extends Pick<MeasuredIntent, "mode" | "model" | "target" | "fill" | "size" | "split"> {
  readonly settings: Pick<RunSettings, "detail" | "edge" | "edgeWidth" | "sizeFactor" | "tiling">;
}

/** How far sides that are multiples of 64 can be from a target's shape. */
const SHAPE_TOLERANCE = 0.12;

const hasShape = (a: Size, b: Size) =>
  Math.abs(Math.log((a.width / a.height) * (b.height / b.width))) < SHAPE_TOLERANCE;

/** The request for one picture. The same intent and seed give the same request. */
export function buildRequest(intent: MeasuredIntent, seed: number): GenerateRequest {
  const { mode, model, settings, prompt, use, split } = intent;
  const negativePrompt = settings.negativePrompt.trim();
  const effective = effectiveSettings(intent);
  return {
    ...REQUEST_DEFAULTS,
    model: model.id,
    ...(use.vae !== undefined && { vae: use.vae }),
    prompt: prompt.trim(),
    promptSyntax: model.plain ? "plain" : "a1111",
    ...(negativePrompt !== "" && { negativePrompt }),
    loras: use.loras,
    ...(split ? { split } : sizeAtModel(intent)),
    seed,
    ...effective,
    ...(model.plain && { scheduler: {} }),
    ...(isGuided(model, effective.guidanceScale) && { guidanceRescale: settings.guidanceRescale }),
    ...(hasEta(effective.scheduler) && { eta: settings.eta }),
    ...(model.edits && { imageGuidanceScale: settings.imageGuidanceScale }),
    ...(use.refiner && { refiner: use.refiner }),
    ...(mode === "edit" && instructs(model) && wantsDrift(settings) && { drift: settings.drift }),
    ...(settings.quantize && { quantize: settings.quantize }),
    ...(settings.guidanceInterval && { guidanceInterval: settings.guidanceInterval }),
    ...(settings.deepCache && { deepCache: settings.deepCache }),
    ...(settings.palette && mode !== "fill" && !split && { palette: settings.palette }),
    ...(settings.contentFilter && { contentFilter: true }),
    ...(use.motion && { motion: use.motion }),
    tiling: isPattern(intent),
    clipSkip: model.plain ? 0 : settings.clipSkip,
    strength: strengthOf(intent),
    ...(mode !== "generate" && { image: IMAGE }),
    ...(mode === "fill" && { mask: MASK, region: regionOf(intent) }),
    references: model.references ? toReferences(intent.references, model) : [],
    controls: mostControls(model) === 0 ? [] : [...use.controls.map(toControl), ...fillControl(intent)],
    ...(intent.painted && { sceneText: { image: LETTERS, strength: settings.textStrength, end: settings.textEnd } }),
  };
}

function strengthOf({ mode, model, settings, filling, split }: MeasuredIntent): number {
  if (split) return 1;
  if (mode === "fill") return filling?.strength ?? 1;
  return mode === "edit" && !instructs(model) ? settings.strength : 1;
}

/** What a ControlNet that is trained to fill looks at: the picture itself. */
const fillControl = ({ filling }: MeasuredIntent): readonly Control[] =>
  filling?.control === undefined
    ? []
    : [
        {
          image: IMAGE,
          model: filling.control,
          weight: 1,
          start: 0,
          end: 1,
          mode: "balanced",
          preprocessor: "inpaint",
        },
      ];

function regionOf({ settings, fill, filling, calmPixels }: MeasuredIntent): Region {
  const region = fillRegion(settings, fill ?? { scale: 1 }, filling);
  return calmPixels === undefined ? region : { ...region, calm: calmPixels };
}

/** Whether Edit changes a picture as the prompt says, whatever is left of it. */
export const instructs = ({ edits, seesPictures }: ModelInfo): boolean => edits || seesPictures === true;

const wantsDrift = ({ drift }: RunSettings): boolean => drift.place || drift.color;

type Followed = Intent["references"][number];

/** Pictures of one character that count alike share one attention: two of them are not twice as strong as one. */
function toReferences(references: readonly Followed[], model: ModelInfo): Reference[] {
  if (model.seesPictures)
    return references.map((_, index) => ({ image: referenceName(index), weight: 1, start: 0, end: 1 }));
  const groups: { readonly first: Followed; readonly indices: number[] }[] = [];
  for (const [index, reference] of references.entries()) {
    const group = groups.find(({ first }) => sharesAttention(first, reference));
    if (group) group.indices.push(index);
    else groups.push({ first: reference, indices: [index] });
  }
  return groups.map(({ first, indices }) => toReference(first, indices, model));
}

const sharesAttention = (a: Followed, b: Followed): boolean =>
  a.character !== undefined &&
  a.character.id === b.character?.id &&
  (["blocks", "weight", "start", "end"] as const).every((key) => a[key] === b[key]) &&
  a.within === undefined &&
  b.within === undefined;

function toReference(
  { weight, start, end, blocks, within }: Followed,
  indices: readonly number[],
  model: ModelInfo,
): Reference {
  const [index, ...more] = indices as [number, ...number[]];
  const image = more.length === 0 ? referenceName(index) : indices.map(referenceName);
  if (model.redux) return { image, weight, start: 0, end: 1 };
  return {
    image,
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

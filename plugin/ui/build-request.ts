import type { Size } from "../../shared/geometry.ts";
import type { ModelInfo } from "../../shared/protocol.ts";
import { type GenerateRequest, REQUEST_DEFAULTS, type Reference } from "../../shared/request.ts";
import type { Mode, Settings } from "../bridge.ts";
import { fillContext } from "./fill-context.ts";
import { modelSize } from "./model-size.ts";
import { schedulerChoice } from "./schedulers.ts";
import type { FillView, ReferenceLayer } from "./state.ts";

/** Names of the images that travel beside a request. */
export const IMAGE = "image";
export const MASK = "mask";
export const referenceName = (index: number) => `reference.${index}`;

export interface Intent {
  readonly mode: Mode;
  readonly model: ModelInfo;
  readonly prompt: string;
  readonly settings: Settings;
  readonly references: readonly ReferenceLayer[];
  /** The target's own size, canvas pixels. */
  readonly target: Size;
  /** In Fill: what the mask covers. */
  readonly fill: Pick<FillView, "source" | "maskBounds"> | null;
}

/** Steps and guidance as set, or else the model's own. */
export function effectiveSettings(model: ModelInfo, settings: Settings) {
  return {
    steps: settings.steps ?? model.defaults.steps,
    guidanceScale: settings.guidanceScale ?? model.defaults.guidanceScale,
  };
}

/** What the model draws: its own area in the target's shape, or in Fill the shape of the context. */
export function sizeAtModel({ mode, model, settings, target, fill }: Omit<Intent, "prompt" | "references">): Size {
  if (mode === "fill" && fill?.maskBounds)
    return fillContext({ source: fill.source, maskBounds: fill.maskBounds }, { model, detail: settings.detail })
      .diffusion;
  return modelSize(target, { native: model.nativeSize, factor: settings.sizeFactor });
}

/** The request for one picture. The same intent and seed give the same request. */
export function buildRequest(intent: Intent, seed: number): GenerateRequest {
  const { mode, model, settings, prompt } = intent;
  const { width, height } = sizeAtModel(intent);
  const negativePrompt = settings.negativePrompt.trim();
  return {
    ...REQUEST_DEFAULTS,
    model: model.id,
    prompt: prompt.trim(),
    promptSyntax: "a1111",
    ...(negativePrompt !== "" && { negativePrompt }),
    width,
    height,
    seed,
    ...effectiveSettings(model, settings),
    scheduler: schedulerChoice(settings.scheduler),
    strength: mode === "edit" ? settings.strength : 1,
    ...(mode !== "generate" && { image: IMAGE }),
    ...(mode === "fill" && { mask: MASK, region: { detail: settings.detail, colorMatch: true } }),
    references: model.references ? intent.references.map(toReference) : [],
  };
}

function toReference({ weight, start, end }: ReferenceLayer, index: number): Reference {
  return { image: referenceName(index), weight, start, end };
}

/** The seeds of a run: the locked one, or a fresh one, and those after it. */
export function seedsOfRun({ count, seed }: Pick<Settings, "count" | "seed">): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) % 2 ** 32);
}

/** A seed between 0 and 2^32 - 1, short enough to be told to a colleague. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

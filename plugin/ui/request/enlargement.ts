import { ENLARGE_LIMITS, type EnlargeRequest } from "../../../shared/enlarge.ts";
import type { Size } from "../../../shared/geometry.ts";
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Settings } from "../../bridge.ts";
import type { Picture } from "../state/picture.ts";
import type { Recipe } from "../state/recipe.ts";
import type { Companion } from "../state/state.ts";
import { t } from "../text/language.ts";
import { IMAGE } from "./build-request.ts";

/** By what a picture is made larger. */
export interface EnlargeWay {
  /** As the settings keep it. */
  readonly id: string;
  readonly name: string;
  readonly with: Pick<EnlargeRequest, "upscaler" | "detail">;
}

export interface EnlargeChoice {
  readonly way: EnlargeWay;
  readonly factor: number;
}

/** What can be chosen for a picture, the likeliest first. */
export interface EnlargeChoices {
  readonly ways: readonly EnlargeWay[];
  readonly factors: readonly number[];
}

/** Times as long at a time: more at once is more guessed than drawn. */
const FACTORS = [2, 4];
/** How much larger than the factors above the largest is worth a choice of its own. */
const WORTH_IT = 1.05;

/**
 * How a finished picture can be made larger: by an upscaler, by resampling it and drawing it over with its own model and words, or
 * by resampling alone. Of a Fill within its target it is what it changed, by a whole factor, so that it lies on the pixels around it. Null where it
 * can't be made larger: Figma takes up to 4096 a side. `size`: of what is enlarged, where that is known.
 */
export function enlargeChoices(
  { phase, recipe, ...picture }: Pick<Picture, "phase" | "recipe" | "width" | "height">,
  { models, addOns }: Pick<Companion, "models" | "addOns">,
  size: Size | null = isWithinTarget(recipe) ? null : picture,
): EnlargeChoices | null {
  // What moves would stand still, and layers would be one.
  if (
    phase !== "done" ||
    recipe.request.motion ||
    recipe.request.split ||
    (isWithinTarget(recipe) && recipe.enlarged !== undefined)
  )
    return null;
  const factors = size === null ? [...FACTORS] : factorsFor(size, { whole: isWithinTarget(recipe) });
  return factors.length === 0 ? null : { ways: waysFor(recipe, { models, addOns }), factors };
}

/** True for a Fill that shows only what it changed of its target; one that goes beyond it is a picture of its own. */
export const isWithinTarget = ({ mode, expand }: Pick<Recipe, "mode" | "expand">): boolean =>
  mode === "fill" && expand === undefined;

/** By what was chosen last, and by `factor`, where they are there, or else the first of each. */
export function chosenOf(
  { ways, factors }: EnlargeChoices,
  { enlargeBy }: Pick<Settings, "enlargeBy">,
  factor?: number,
): EnlargeChoice {
  return {
    way: ways.find(({ id }) => id === enlargeBy) ?? ways[0]!,
    factor: factors.find((each) => each === factor) ?? factors[0]!,
  };
}

/** Of the picture itself. */
export const enlargeRequest = ({ way, factor }: EnlargeChoice): EnlargeRequest => ({
  image: IMAGE,
  factor,
  ...way.with,
});

export function factorsFor({ width, height }: Size, { whole }: { readonly whole: boolean }): number[] {
  const { longest, factor } = ENLARGE_LIMITS;
  const most = Math.min(factor.max, longest / Math.max(width, height));
  const fitting = FACTORS.filter((each) => each <= most);
  if (whole || most < Math.max(factor.min, WORTH_IT * (fitting.at(-1) ?? 0))) return fitting;
  return [...fitting, most];
}

function waysFor(recipe: Recipe, { models, addOns }: Pick<Companion, "models" | "addOns">): EnlargeWay[] {
  const upscalers = addOns.filter(({ upscaler }) => upscaler !== undefined && upscaler.scale > 1);
  const model = models.find(({ id }) => id === recipe.request.model);
  return [
    ...upscalers.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })).map(byUpscaler),
    ...(model !== undefined && drawsOver(model)
      ? [{ id: "model", name: t.pictures.drawingOver(model.name), with: { detail: detailOf(recipe) } }]
      : []),
    { id: "resampling", name: t.pictures.resampling, with: {} },
  ];
}

const byUpscaler = ({ id, name }: AddOnInfo): EnlargeWay => ({ id: `upscaler ${id}`, name, with: { upscaler: id } });

/** Pixels: smaller parts are drawn as pictures of their own. */
const SMALLEST_PART = 512;

/** A model that edits by instruction would edit once more, and one that is made for masks would look for one. */
const drawsOver = ({ edits, splits, inpainting, nativeSize }: ModelInfo) =>
  !edits && !splits && !inpainting && nativeSize >= SMALLEST_PART;

function detailOf({ request }: Recipe): NonNullable<EnlargeRequest["detail"]> {
  const { model, prompt, negativePrompt, seed, steps, guidanceScale, scheduler } = request;
  return {
    ...{ model, prompt, seed, steps, guidanceScale, scheduler, strength: 0.25 },
    ...(negativePrompt !== undefined && { negativePrompt }),
  };
}

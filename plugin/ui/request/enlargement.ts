import { ENLARGE_LIMITS, type EnlargeRequest } from "../../../shared/enlarge.ts";
import type { Size } from "../../../shared/geometry.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Picture } from "../state/picture.ts";
import type { Recipe } from "../state/recipe.ts";
import { IMAGE } from "./build-request.ts";

/** Sides at a time: more at once is more guessed than drawn. */
const FACTOR = 2;

export interface Enlargement extends Size {
  readonly request: EnlargeRequest;
}

/**
 * How a finished picture is made larger: resampled, then drawn over by its own model with its own words. A model that edits by
 * instruction would edit once more, and one that draws small pictures draws the words into each part: they only resample. Null
 * where it can't be made larger: a part of another picture keeps that one's pixels, and Figma takes up to 4096 a side.
 */
export function enlargementOf(
  { image, phase, recipe }: Pick<Picture, "image" | "phase" | "recipe">,
  models: readonly ModelInfo[],
): Enlargement | null {
  if (image === null || phase !== "done" || recipe.mode === "fill") return null;
  const longer = Math.max(image.width, image.height);
  const factor = Math.min(FACTOR, ENLARGE_LIMITS.longest / longer);
  if (factor < ENLARGE_LIMITS.factor.min) return null;
  const side = (length: number) => Math.round((length * Math.round(longer * factor)) / longer);
  const model = models.find(({ id }) => id === recipe.request.model);
  const detail = model !== undefined && drawsOver(model) ? detailOf(recipe) : undefined;
  const request = { image: IMAGE, factor, ...(detail && { detail }) };
  return { request, width: side(image.width), height: side(image.height) };
}

/** Pixels: smaller parts are drawn as pictures of their own. */
const SMALLEST_PART = 512;

const drawsOver = ({ edits, nativeSize }: ModelInfo) => !edits && nativeSize >= SMALLEST_PART;

function detailOf({ request }: Recipe): NonNullable<EnlargeRequest["detail"]> {
  const { model, prompt, negativePrompt, seed, steps, guidanceScale, scheduler } = request;
  return {
    ...{ model, prompt, seed, steps, guidanceScale, scheduler, strength: 0.25 },
    ...(negativePrompt !== undefined && { negativePrompt }),
  };
}

import { edgeKind } from "../../../shared/mask-edge.ts";
import type { Settings } from "../../bridge.ts";
import type { Recipe } from "../state/recipe.ts";

/** The panel's settings that a recipe was made with, but for its seed. What has no meaning in its mode is left out. */
export function settingsOf({
  mode,
  request,
  maskShape,
}: Pick<Recipe, "mode" | "request" | "maskShape">): Partial<Settings> {
  const { negativePrompt = "", steps, guidanceScale, strength, model, scheduler, vae, refiner, region } = request;
  const { clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize, tiling } = request;
  return {
    ...{ negativePrompt, steps, guidanceScale, model, scheduler, vae, refiner },
    ...{ clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize, tiling },
    loras: request.loras.map(({ model, weight }) => ({ model, weight })),
    ...(mode === "edit" && { strength }),
    ...(maskShape && { maskShape }),
    ...(region && { detail: region.detail, edge: edgeKind(region) }),
  };
}

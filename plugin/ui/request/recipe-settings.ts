import type { FillKind } from "../../../shared/fill-kinds.ts";
import { edgeKind } from "../../../shared/mask-edge.ts";
import { type MaskShape, PLAIN_SHAPE, type Settings } from "../../bridge.ts";
import { secondsOf } from "../models/motion.ts";
import { likelyKind } from "../state/fill-kind.ts";
import type { Recipe } from "../state/recipe.ts";

/** The panel's settings that a recipe was made with, but for its seed. What has no meaning in its mode is left out. */
export function settingsOf({
  mode,
  request,
  maskShape,
  seesTexts,
  fillKind,
  typed,
  rolesTold,
  references,
}: Pick<
  Recipe,
  "mode" | "request" | "maskShape" | "seesTexts" | "fillKind" | "typed" | "rolesTold" | "references"
>): Partial<Settings> {
  const { negativePrompt = "", steps, guidanceScale, strength, model, scheduler, vae, refiner, region } = request;
  const { clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize, tiling, sceneText, palette, drift } = request;
  return {
    ...{ negativePrompt, steps, guidanceScale, model, scheduler, vae, refiner },
    ...{ clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize, tiling },
    ...(mode !== "fill" && { palette: palette && { ...palette, colors: [...palette.colors] } }),
    loopSeconds: secondsOf(request.motion),
    loras: request.loras.map(({ model, weight }) => ({ model, weight })),
    ...(mode === "edit" && { strength, drift: { ...(drift ?? { place: false, color: false }) } }),
    ...(maskShape && { maskShape }),
    ...(mode === "fill" && { fillKind: chosenKind(fillKind, typed ?? request.prompt, maskShape) }),
    ...(references.some(({ role }) => role !== undefined) && { tellsRoles: rolesTold !== undefined }),
    ...(seesTexts !== undefined && { seesTexts }),
    ...(sceneText && { textStrength: sceneText.strength, textEnd: sceneText.end }),
    ...(region && { detail: region.detail, edge: edgeKind(region) }),
  };
}

/** Undefined where the words and the mask say it anyway. What was made before there were kinds was painted as "add" is. */
function chosenKind(kind: FillKind = "add", prompt: string, maskShape: MaskShape = PLAIN_SHAPE): FillKind | undefined {
  return kind === likelyKind(prompt, { maskShape }) ? undefined : kind;
}

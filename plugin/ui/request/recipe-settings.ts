import type { FillKind } from "../../../shared/fill-kinds.ts";
import { edgeKind } from "../../../shared/mask-edge.ts";
import { SPLIT_RESOLUTIONS } from "../../../shared/request.ts";
import { type MaskShape, PLAIN_SHAPE, type Settings } from "../../bridge.ts";
import { secondsOf } from "../models/motion.ts";
import { likelyKind } from "../state/fill-kind.ts";
import { finished } from "../state/finished.ts";
import type { Recipe } from "../state/recipe.ts";
import { MODELS_OWN } from "../state/state.ts";

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
    splitInto: request.split?.layers ?? 0,
    ...(request.split && { splitFinely: request.split.resolution === SPLIT_RESOLUTIONS[1] }),
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

/** What a model says of itself that takes pictures apart in the chosen one's place. */
const SPLITTERS_OWN = ["model", ...Object.keys(MODELS_OWN)] as const;

/** The same for the panel, where a draft is a way to make what it is the draft of: what took a picture apart stood in the chosen model's place, which stays. */
export function panelSettingsOf(recipe: Recipe): Partial<Settings> {
  const settings = { ...settingsOf(finished(recipe)), draft: recipe.draft !== undefined };
  if (!recipe.request.split) return settings;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !SPLITTERS_OWN.includes(name)));
}

/** Undefined where the words and the mask say it anyway. What was made before there were kinds was painted as "add" is. */
function chosenKind(kind: FillKind = "add", prompt: string, maskShape: MaskShape = PLAIN_SHAPE): FillKind | undefined {
  return kind === likelyKind(prompt, { maskShape }) ? undefined : kind;
}

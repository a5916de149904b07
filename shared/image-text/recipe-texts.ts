/** What goes into a picture's file: our recipe whole, the text that other tools read, and that a machine made it. */
import type { GenerateRequest } from "../request.ts";
import { schedulerLabel } from "../scheduler-names.ts";
import type { UsedModel } from "../used-model.ts";
import { OWN_KEYWORD, type OwnRecipe } from "./own-recipe.ts";
import { type Made, XMP_KEYWORD, xmpPacket } from "./xmp.ts";

/** By keyword, for `withPngTexts`. */
export function recipeTexts(recipe: Omit<OwnRecipe, "version">): Map<string, string> {
  return new Map([
    ["parameters", a1111Parameters(recipe)],
    [OWN_KEYWORD, JSON.stringify({ version: 1, ...recipe } satisfies OwnRecipe)],
    ...madeTexts({ ...recipe, changes: recipe.request.image === undefined ? "nothing" : "a picture" }),
  ]);
}

/** For a picture that no request of ours describes alone: that a machine made it, with what. */
export const madeTexts = (made: Made): Map<string, string> => new Map([[XMP_KEYWORD, xmpPacket(made)]]);

/**
 * As A1111 writes it: AUTOMATIC1111/stable-diffusion-webui, modules/processing.py, create_infotext. The schedule stands in the
 * sampler's name, where old and new readers find it.
 */
function a1111Parameters({ madeBy, request, models }: Omit<OwnRecipe, "version">): string {
  const [model] = models;
  const { steps, guidanceScale, seed, width, height, clipSkip, image, strength } = request;
  const sampler = schedulerLabel(request.scheduler)?.split(",")[0];
  const pairs: (readonly [string, string | number | undefined])[] = [
    ["Steps", steps],
    ["Sampler", sampler],
    ["CFG scale", guidanceScale],
    ["Seed", seed % 2 ** 32],
    ["Size", width === undefined || height === undefined ? undefined : `${width}x${height}`],
    ["Model hash", model && autoV2(model)],
    ["Model", model?.name],
    ["VAE", models.find(({ id }) => id === request.vae)?.name],
    ["Denoising strength", image && strength],
    // It counts from 1, and says it only where layers are left out.
    ["Clip skip", clipSkip === 0 ? undefined : clipSkip + 1],
    ["Lora hashes", loraHashes(request, models)],
    ["RNG", "CPU"],
    ["Version", `Underpaint ${madeBy}`],
  ];
  return [
    [said(request, request.prompt), ...loraTags(request, models)].join(" "),
    ...(request.negativePrompt ? [`Negative prompt: ${said(request, request.negativePrompt)}`] : []),
    pairs
      .filter(([, value]) => value !== undefined && value !== "")
      .map(([name, value]) => `${name}: ${quoted(String(value))}`)
      .join(", "),
  ].join("\n");
}

const autoV2 = ({ sha256 }: UsedModel): string | undefined => sha256?.slice(0, 10);

/** What means weights to other tools and nothing to us is marked as plain letters. */
const said = ({ promptSyntax }: GenerateRequest, text: string): string =>
  promptSyntax === "a1111" ? text : text.replace(/[\\()[\]]/g, "\\$&");

const loraName = (id: string, models: readonly UsedModel[]) => models.find((one) => one.id === id)?.name ?? id;

const loraTags = ({ loras }: GenerateRequest, models: readonly UsedModel[]): string[] =>
  loras.map(({ model, weight }) => `<lora:${loraName(model, models)}:${weight}>`);

function loraHashes({ loras }: GenerateRequest, models: readonly UsedModel[]): string {
  const hashes = loras.flatMap(({ model }) => {
    const known = models.find((one) => one.id === model);
    return known?.sha256 ? [`${known.name}: ${autoV2(known)}`] : [];
  });
  return hashes.join(", ");
}

const quoted = (text: string): string => (/[,:\n]/.test(text) ? JSON.stringify(text) : text);

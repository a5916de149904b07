/** What Underpaint itself writes beside a picture, whole: the request, and the models by name and digest. */
import * as v from "valibot";
import { parseJson } from "../json-text.ts";
import type { GenerateRequest } from "../request.ts";
import { requestSchema } from "../request-schema.ts";
import { type UsedModel, usedModelsSchema } from "../used-model.ts";
import type { FoundSettings } from "./found-settings.ts";
import { defined } from "./values.ts";

export const OWN_KEYWORD = "underpaint";

export interface OwnRecipe {
  readonly version: 1;
  /** Of Underpaint: "0.1.0". */
  readonly madeBy: string;
  readonly request: GenerateRequest;
  /** The model first. */
  readonly models: readonly UsedModel[];
}

const short = v.pipe(v.string(), v.maxLength(4096));

const schema = v.object({
  version: v.literal(1),
  madeBy: short,
  request: requestSchema,
  models: usedModelsSchema,
});

/** Undefined: there is none that this version can read. */
export function parseOwnRecipe(text: string): OwnRecipe | undefined {
  try {
    const recipe = v.safeParse(schema, parseJson(text, { depth: 32, values: 20_000 }));
    return recipe.success ? (recipe.output as OwnRecipe) : undefined;
  } catch {
    return undefined;
  }
}

export function readOwn(texts: ReadonlyMap<string, string>): FoundSettings | undefined {
  const recipe = parseOwnRecipe(texts.get(OWN_KEYWORD) ?? "");
  if (!recipe) return undefined;
  const { request, models } = recipe;
  const named = (id: string | undefined) => {
    const known = models.find((one) => one.id === id);
    return known && defined({ name: known.name, hash: known.sha256 });
  };
  const { negativePrompt = "", steps, guidanceScale, scheduler, width, height, clipSkip, image, strength } = request;
  const beyond = ["references", "controls", "embeddings"] as const;
  return {
    tool: "Underpaint",
    ...{ prompt: request.prompt, negativePrompt, steps, guidanceScale, scheduler, clipSkip },
    seed: request.seed % 2 ** 32,
    ...defined({
      width,
      height,
      strength: image === undefined ? undefined : strength,
      model: named(request.model),
      vae: named(request.vae),
    }),
    loras: request.loras.map(({ model, weight }) => ({ ...(named(model) ?? { name: model }), weight })),
    unused: [
      ...beyond.filter((name) => request[name].length > 0),
      ...(["refiner", "mask"] as const).filter((name) => request[name] !== undefined),
    ],
  };
}

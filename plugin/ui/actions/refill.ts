import { Problem } from "../../../shared/problem.ts";
import type { Settings } from "../../bridge.ts";
import { type Recipe, readRecipe } from "../request/recipe.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Puts a recipe back into the panel, seed included. Layers that are gone are left out. Problem "request-invalid". */
export async function refill(panel: { store: Store; main: MainClient }, text: string): Promise<Recipe> {
  const { store, main } = panel;
  const recipe = readRecipe(text);
  if (recipe === null)
    throw new Problem("request-invalid", "This layer's settings were written by another version and can't be read.");
  store.dispatch({ type: "settings", change: settingsOf(recipe) });
  store.dispatch({ type: "prompt", prompt: recipe.request.prompt });
  store.dispatch({ type: "mode", mode: recipe.mode });
  store.dispatch({ type: "references", references: await followed(recipe.references, main) });
  store.dispatch({ type: "controls", controls: await followed(recipe.controls, main) });
  return recipe;
}

/** What has no meaning in the recipe's mode stays as it is. */
export function settingsOf({ mode, request }: Pick<Recipe, "mode" | "request">): Partial<Settings> {
  const { negativePrompt = "", seed, steps, guidanceScale, strength, model, scheduler, vae, refiner, region } = request;
  const { clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize } = request;
  return {
    ...{ negativePrompt, seed, seedLocked: true, steps, guidanceScale, model, scheduler, vae, refiner },
    ...{ clipSkip, guidanceRescale, imageGuidanceScale, eta, quantize },
    loras: request.loras.map(({ model, weight }) => ({ model, weight })),
    ...(mode === "edit" && { strength }),
    ...(region && { detail: region.detail }),
  };
}

/** The layers that a recipe names, as they are now. */
async function followed<R extends { id: string; name: string }>(named: readonly R[], main: MainClient) {
  if (named.length === 0) return [];
  const { layers } = await main.call("describe-layers", { nodes: named.map(({ id }) => id) });
  return named.flatMap(({ id, name: _name, ...rest }) => {
    const layer = layers.find((candidate) => candidate.id === id);
    return layer === undefined ? [] : [{ ...rest, layer }];
  });
}

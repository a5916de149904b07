import { Problem } from "../../../shared/problem.ts";
import { panelSettingsOf } from "../request/recipe-settings.ts";
import { promptOf, type Recipe, readRecipe } from "../state/recipe.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";

/** A recipe as the bridge carries it. Problem "request-invalid". */
export function recipeOf(text: string): Recipe {
  const recipe = readRecipe(text);
  if (recipe) return recipe;
  throw new Problem("request-invalid", "This layer's settings were written by another version and can't be read.");
}

/**
 * Puts a recipe into the panel. Its seed is shown, and locked only where that is asked for; layers that are gone are left
 * out.
 */
export async function fillPanel(
  { store, main }: { readonly store: Store; readonly main: MainClient },
  recipe: Recipe,
  { lockSeed }: { readonly lockSeed: boolean },
): Promise<void> {
  const { seed } = recipe.request;
  // What characters brought along comes with their names in the prompt.
  const own = recipe.references.filter(({ character }) => character === undefined || recipe.typed === undefined);
  const [references, controls] = await followed([own, recipe.controls], main);
  store.dispatch({ type: "settings", change: { ...panelSettingsOf(recipe), seed, seedLocked: lockSeed } });
  store.dispatch({ type: "prompt", prompt: promptOf(recipe) });
  store.dispatch({ type: "mode", mode: recipe.mode });
  if (recipe.expand && recipe.expand !== "masks")
    store.dispatch({ type: "expansion", expansion: { target: recipe.target.id, margins: recipe.expand } });
  store.dispatch({ type: "references", references });
  store.dispatch({ type: "controls", controls });
  store.dispatch({ type: "painted", painted: (recipe.painted ?? []).map(({ id }) => id) });
}

type Named = { readonly id: string; readonly name: string };

/** The layers that a recipe names, as they are now; asked for at once. */
async function followed<A extends Named, B extends Named>(
  [a, b]: readonly [readonly A[], readonly B[]],
  main: MainClient,
) {
  const nodes = [...a, ...b].map(({ id }) => id);
  const { layers } = nodes.length === 0 ? { layers: [] } : await main.call("describe-layers", { nodes });
  const found = new Map(layers.map((layer) => [layer.id, layer]));
  const present = <N extends Named>(named: readonly N[]) =>
    named.flatMap(({ id, name: _name, ...rest }) => {
      const layer = found.get(id);
      return layer === undefined ? [] : [{ ...rest, layer }];
    });
  return [present(a), present(b)] as const;
}

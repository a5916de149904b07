import type { Recipe } from "./recipe.ts";

/**
 * What a draft is the draft of: the same, with what it left out put back. A recipe of no draft is what it is. What was learnt of the
 * picture that the draft made is not the finished one's.
 */
export function finished(recipe: Recipe): Recipe {
  const { draft, asked: _asked, drift: _drift, madeWith: _madeWith, ...rest } = recipe;
  if (draft === undefined) return recipe;
  const { quantize: _format, vae: _vae, ...request } = recipe.request;
  return { ...rest, request: { ...request, ...draft } };
}

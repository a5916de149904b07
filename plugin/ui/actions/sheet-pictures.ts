import type { Character } from "../../bridge.ts";
import { referenceOf } from "../pixels/raster.ts";
import { layersNow } from "../request/followed-layer.ts";
import { referenceExport } from "../request/take-references.ts";
import { looksOf, sheetOf } from "../state/character-references.ts";
import type { LayerRef, Recipe } from "../state/recipe.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Layers as pictures on white. Problem "target-gone". */
export async function picturesOfLayers(layers: readonly LayerRef[], main: MainClient): Promise<Uint8Array[]> {
  const now = await layersNow(layers, main);
  const { exports } = await main.call("export-layers", {
    layers: layers.map(({ id }) => referenceExport(now.get(id)!)),
  });
  const pictures: Uint8Array[] = [];
  for (const each of exports) pictures.push(await referenceOf(each));
  return pictures;
}

/** By which pictures likeness to a character is judged. */
export const sheetPictures = (character: Character, main: MainClient) =>
  picturesOfLayers(
    sheetOf(character).map(({ layer }) => layer),
    main,
  );

/** The same for a character of a recipe: its layers as the recipe names them, whatever became of the character. */
export function sheetOfRecipe({ references }: Pick<Recipe, "references">, character: string): LayerRef[] {
  const own = references.filter((reference) => reference.character?.id === character);
  return looksOf(own).map(({ id, name }) => ({ id, name }));
}

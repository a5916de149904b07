import type { Character, LayerInfo } from "../../bridge.ts";
import { charactersOf, type PlacedLikeness } from "../state/likeness.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import { type Recipe, readRecipe } from "../state/recipe.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import type { LikenessDesk } from "./likeness-desk.ts";
import { picturesOfLayers, sheetPictures } from "./sheet-pictures.ts";

interface Reporting {
  readonly store: Store;
  readonly main: MainClient;
  readonly judge: LikenessDesk;
}

/** How alike all pictures of a character are that lie in the file, the least alike first. Problem "model-not-found". */
export async function reportLikeness({ store, main, judge }: Reporting, character: Character): Promise<void> {
  const model = requireModel(modelInUse(store.state));
  const tell = (rows: readonly PlacedLikeness[] | null) =>
    store.dispatch({ type: "report", report: { character: character.id, rows } });
  tell(null);
  try {
    const { pictures } = await main.call("placed-pictures", {});
    const own = pictures.flatMap(({ layer, page, recipe }) => {
      const read = readRecipe(recipe);
      const isOfIt = read !== null && charactersOf(read).some(({ id }) => id === character.id);
      return isOfIt ? [{ layer, page, name: nameOf(layer, read) }] : [];
    });
    if (own.length === 0) return tell([]);
    const references = await sheetPictures(character, main);
    const shown = await picturesOfLayers(
      own.map(({ layer }) => layer),
      main,
    );
    const judged = await judge.judge({ model: model.id, pictures: shown, references });
    const rows = own.map((each, i) => ({ ...each, ...judged[i]! }));
    tell(rows.sort((a, b) => a.value - b.value));
  } catch (error) {
    store.dispatch({ type: "report", report: null });
    throw error;
  }
}

/** Generated layers are all called alike. */
const nameOf = (layer: LayerInfo, { target }: Recipe): string =>
  layer.name.includes(` – ${target.name} (`) ? target.name : layer.name;

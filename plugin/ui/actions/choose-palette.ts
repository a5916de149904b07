/** Colours that results are brought to: of the file, or of a layer. */
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { mainColors } from "../pixels/main-colors.ts";
import type { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { MainClient } from "../wires/main-client.ts";
import { addReferenceLayers, newLayers, selectedLayers } from "./follow-layers.ts";

interface Desk {
  readonly store: Store;
  readonly main: MainClient;
}

/** More would be shades. */
const MOST_OF_LAYER = 6;

export async function paletteOfFile({ store, main }: Desk): Promise<void> {
  const { colors } = await main.call("read-palette", {});
  if (colors.length === 0) store.dispatch({ type: "notice", notice: { tone: "plain", text: t.palette.none } });
  else usePalette(store, colors.map(({ color }) => color).slice(0, REQUEST_LIMITS.paletteColors));
}

export async function paletteOfSelection({ store, main }: Desk): Promise<void> {
  const [layer] = selectedLayers(store.state.selection);
  if (layer === undefined) return;
  const { bytes } = await main.call("thumbnail", { node: layer.id });
  usePalette(store, await mainColors(bytes, MOST_OF_LAYER));
}

/** The look of the selected layers, and the colours of the first. */
export async function styleOfSelection(desk: Desk): Promise<void> {
  const { selection, references } = desk.store.state;
  addReferenceLayers(desk.store, newLayers(selection, references), "style");
  await paletteOfSelection(desk);
}

function usePalette(store: Store, colors: string[]): void {
  const { strength } = store.state.settings.palette ?? { strength: 1 };
  if (colors.length > 0) store.dispatch({ type: "settings", change: { palette: { colors, strength } } });
}

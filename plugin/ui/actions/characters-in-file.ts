import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";

/** What characters the file has; "all": on every page. */
export async function listCharacters(
  { store, main }: { readonly store: Store; readonly main: MainClient },
  pages: "known" | "all",
): Promise<void> {
  const { characters } = await main.call("list-characters", { pages });
  store.dispatch({ type: "characters", characters });
}

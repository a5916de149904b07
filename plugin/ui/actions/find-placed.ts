import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Asks, after a change of the document, which placed pictures are still in it: an undo takes one away, a redo brings it back. */
export async function findPlaced(store: Store, main: MainClient): Promise<void> {
  const nodes = store.state.pictures.flatMap(({ layers }) => layers);
  if (nodes.length === 0) return;
  const { layers } = await main.call("describe-layers", { nodes });
  store.dispatch({ type: "layers", asked: nodes, shown: layers.map(({ id, job }) => ({ layer: id, job })) });
}

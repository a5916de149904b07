import type { QuickAction } from "../../bridge.ts";
import { whatIsMissing } from "../state/readiness.ts";
import type { State } from "../state/state.ts";
import type { Store } from "../state/store.ts";

interface Starting {
  readonly store: Store;
  generate(): Promise<void>;
}

/**
 * Puts what a quick action gave into the panel, and starts at once where everything is there that it needs. Otherwise the panel
 * says what is missing, and the designer starts it: also where they changed the prompt while the companion was looked for.
 */
export async function takeQuickAction({ store, generate }: Starting, { prompt, count }: QuickAction): Promise<void> {
  store.dispatch({ type: "prompt", prompt });
  if (count != null) store.dispatch({ type: "settings", change: { count } });
  await companionLookedFor(store);
  const { state } = store;
  const isReady = state.connection.kind === "ready" && whatIsMissing(state) === null;
  if (isReady && state.view === "create" && state.prompt === prompt) await generate();
}

/** Until the companion has said what it has, or it is known that it can't. */
function companionLookedFor(store: Store): Promise<void> {
  const isOver = ({ connection, companion }: State) =>
    connection.kind === "ready" ? companion !== null : connection.kind !== "connecting";
  if (isOver(store.state)) return Promise.resolve();
  return new Promise((resolve) => {
    const end = store.subscribe((state) => {
      if (!isOver(state)) return;
      end();
      resolve();
    });
  });
}

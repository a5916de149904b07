import type { State } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import type { Attempt } from "./attempt.ts";
import { showFill } from "./show-fill.ts";

/** For as long as good news stay on their own; what went wrong stays until the designer has seen it. */
const PLAIN_NOTICE_MS = 5000;

/** What follows from a change of the state by itself: settings are kept, good news fade, the Fill view is loaded. */
export function followChanges(store: Store, main: MainClient, attempt: Attempt): void {
  const saveSettings = oneAtATime(() =>
    attempt(async () => {
      await main.call("save", { slot: "settings", value: store.state.settings });
    }),
  );
  const fade = ({ notice }: State) => {
    if (notice?.tone !== "plain") return;
    const end = () => store.state.notice === notice && store.dispatch({ type: "notice", notice: null });
    setTimeout(end, PLAIN_NOTICE_MS);
  };
  store.subscribe((state, before) => {
    if (!state.loaded) return;
    if (before.loaded && state.settings !== before.settings) saveSettings();
    if (state.notice !== before.notice) fade(state);
    const shape = state.settings.maskShape !== before.settings.maskShape;
    const expansion = state.expansion !== before.expansion;
    if (shape || expansion || state.selection !== before.selection || state.mode !== before.mode)
      void attempt(() => showFill(store, main));
  });
}

/** At once, since Figma ends a plugin without a word. What is asked for while it acts is done once, as soon as that has ended. */
function oneAtATime(act: () => Promise<void>): () => void {
  let isActing = false;
  let isWanted = false;
  const run = async () => {
    isActing = true;
    while (isWanted) {
      // Once everything that changes together has changed.
      await Promise.resolve();
      isWanted = false;
      await act();
    }
    isActing = false;
  };
  return () => {
    isWanted = true;
    if (!isActing) void run();
  };
}

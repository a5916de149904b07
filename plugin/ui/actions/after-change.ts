import type { State } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import type { Attempt } from "./attempt.ts";
import { showFill } from "./show-fill.ts";

/** A value that is dragged is not written for every pixel. */
const SAVE_SETTINGS_EVERY_MS = 400;
/** For as long as good news stay on their own; what went wrong stays until the designer has seen it. */
const PLAIN_NOTICE_MS = 5000;

/** What follows from a change of the state by itself: settings are kept, good news fade, the Fill view is loaded. */
export function followChanges(store: Store, main: MainClient, attempt: Attempt): void {
  const saveSettings = atMostEvery(SAVE_SETTINGS_EVERY_MS, () =>
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

/** At once, since Figma ends a plugin without a word; what is asked for meanwhile is done once, at the end of that time. */
function atMostEvery(milliseconds: number, act: () => void): () => void {
  let isResting = false;
  let isWanted = false;
  const run = () => {
    isResting = true;
    isWanted = false;
    // Once everything that changes together has changed.
    queueMicrotask(act);
    setTimeout(() => {
      isResting = false;
      if (isWanted) run();
    }, milliseconds);
  };
  return () => {
    isWanted = true;
    if (!isResting) run();
  };
}

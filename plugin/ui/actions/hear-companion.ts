import type { CompanionMessage, Envelope, Welcome } from "../../../shared/protocol.ts";
import type { SidePictures } from "../pixels/side-pictures.ts";
import type { Store } from "../state/store.ts";
import type { HistoryDesk } from "./history-desk.ts";
import type { JobDesk } from "./job-desk.ts";
import type { LikenessDesk } from "./likeness-desk.ts";
import type { LiveDesk } from "./live-desk.ts";

interface Hearing {
  readonly store: Store;
  readonly desk: JobDesk;
  readonly history: HistoryDesk;
  readonly judge: LikenessDesk;
  readonly live: LiveDesk;
  readonly sidePictures: SidePictures;
}

/** Both sides have proven themselves: what the companion is and has. `pairing`: with whom. */
export function hearWelcome(
  { store, desk, history, judge, live, sidePictures }: Hearing,
  welcome: Welcome,
  pairing: string,
): void {
  const { version, device = null, modelsFolder, models, addOns, modelProblems, contentFilter } = welcome;
  const companion = {
    version,
    device,
    engineProblem: null,
    modelsFolder,
    models,
    addOns,
    modelProblems,
    contentFilter,
  };
  store.dispatch({ type: "companion", companion });
  sidePictures.askAgain();
  desk.onWelcome(welcome, pairing);
  history.onWelcome();
  judge.onWelcome(welcome);
  live.onWelcome(welcome);
}

/** Every message after the welcome. */
export function hearMessage(
  { store, desk, history, judge, live, sidePictures }: Hearing,
  envelope: Envelope<CompanionMessage>,
): void {
  const { message, attachments } = envelope;
  if (message.type === "models") store.dispatch(message);
  else if (message.type === "thumbnail") sidePictures.onAnswer(message.id, attachments.get("image"));
  else if (message.type === "downloads")
    store.dispatch({ type: "downloads", downloads: message.downloads, recommended: message.recommended });
  else if (message.type === "engine")
    store.dispatch({ type: "engine", device: message.device ?? null, problem: message.problem ?? null });
  else if (!judge.onMessage(message) && !live.onMessage(envelope) && !history.onMessage(envelope))
    desk.onMessage(envelope);
}

/** From a pressed button to jobs that are on their way. */
import { Problem } from "../../../shared/problem.ts";
import { artboardIntents, type ToExpand } from "../request/artboard-intents.ts";
import { atQuality } from "../request/drafts.ts";
import { type Intent, intentOfRecipe, intentsOf, sheetIntents } from "../request/intent.ts";
import { type Order, prepareRun } from "../request/prepare-run.ts";
import { newRun, type RunPlace } from "../request/run-place.ts";
import { finished } from "../state/finished.ts";
import { isPaintedAlready } from "../state/painted-already.ts";
import type { Picture } from "../state/picture.ts";
import { withRecent } from "../state/recent-prompts.ts";
import type { LayerRef } from "../state/recipe.ts";
import type { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { MainClient } from "../wires/main-client.ts";
import { listCharacters } from "./characters-in-file.ts";
import type { HistoryDesk } from "./history-desk.ts";
import type { JobDesk } from "./job-desk.ts";

export interface Runner {
  readonly store: Store;
  readonly main: MainClient;
  readonly desk: JobDesk;
  readonly history: Pick<HistoryDesk, "load">;
}

/** What the panel says. The seed that it drew for one layer is shown. */
export async function generate(runner: Runner): Promise<void> {
  const { store } = runner;
  // What characters look like may have been changed since they were listed.
  if (store.state.prompt.includes("@")) await listCharacters(runner, "known");
  const intents = atQuality(intentsOf(store.state), store.state);
  // Of several layers, those that show their picture already keep it.
  const isAnew = (order: Order) =>
    intents.length === 1 || !order.jobs.every((job) => isPaintedAlready(job, store.state.pictures));
  const sent = await send(runner, () => intents, undefined, isAnew);
  const [only, ...more] = intents;
  const { prompt, settings } = store.state;
  const recentPrompts = withRecent(settings.recentPrompts, prompt);
  if (sent) store.dispatch({ type: "settings", change: { recentPrompts } });
  if (sent && more.length === 0 && !store.state.settings.seedLocked)
    store.dispatch({ type: "settings", change: { seed: only!.seeds[0]! } });
}

/** What made a picture, with as many new seeds as the panel says. */
export async function vary(runner: Runner, { recipe }: Picture): Promise<void> {
  const { count } = runner.store.state.settings;
  await send(runner, (models) => [intentOfRecipe(recipe, models, { count })]);
}

/** A draft's picture with nothing left out, in the draft's own run, so that it takes the placed one's place; of several layers placed as it comes. */
export async function finish(runner: Runner, { recipe, job }: Picture): Promise<void> {
  const places = job.batch ? newRun(1, { batch: true }) : [job];
  await send(runner, (companion) => [intentOfRecipe(finished(recipe), companion, "its own")], places);
}

/** What was to make pictures that never came, as it was; they take the places of those. */
export async function retry(runner: Runner, pictures: readonly Picture[]): Promise<void> {
  const places = pictures.map(({ job: { run, index, of, batch, submittedAt } }) => ({
    ...{ run, index, of, batch, submittedAt },
  }));
  const again = (models: CompanionNow) => pictures.map(({ recipe }) => intentOfRecipe(recipe, models, "its own"));
  const sent = await send(runner, again, places);
  if (!sent) return;
  for (const { job } of pictures) runner.desk.release(job.job);
  runner.store.dispatch({ type: "discarded", jobs: pictures.map(({ job }) => job.job) });
}

/** A picture in each of the frames that were made for a sheet, all of them a run. */
export async function paintSheet(
  runner: Runner,
  frames: readonly LayerRef[],
  promptFor: (frame: LayerRef) => string,
): Promise<void> {
  const { state } = runner.store;
  const intents = atQuality(sheetIntents(state, frames, promptFor), state);
  await send(runner, () => intents, newRun(intents.length, { batch: true }));
}

/** What the pictures of a set leave open in their frames, all of it a run. */
export async function paintArtboards(runner: Runner, frames: readonly ToExpand[]): Promise<void> {
  const { state } = runner.store;
  const intents = atQuality(artboardIntents(state, frames), state);
  await send(runner, () => intents, newRun(intents.length, { batch: true }));
}

type CompanionNow = NonNullable<Store["state"]["companion"]>;

/** False where another run is being prepared. */
async function send(
  { store, main, desk }: Runner,
  intentsFrom: (companion: CompanionNow) => readonly Intent[],
  places?: readonly RunPlace[],
  isAnew: (order: Order) => boolean = () => true,
): Promise<boolean> {
  const { submitting, companion } = store.state;
  if (submitting) return false;
  if (companion === null)
    throw new Problem("internal", "The companion has not answered yet. Start it, then try again.");
  store.dispatch({ type: "submitting", submitting: true });
  try {
    const orders = await prepareRun(intentsFrom(companion), main, places);
    const anew = orders.filter(isAnew);
    const text = anew.length === 0 ? t.run.nothingAnew : t.run.keptAsTheyAre(orders.length - anew.length);
    if (anew.length > 0) await desk.submit(anew);
    if (anew.length < orders.length) store.dispatch({ type: "notice", notice: { tone: "plain", text } });
    return anew.length > 0;
  } finally {
    store.dispatch({ type: "submitting", submitting: false });
  }
}

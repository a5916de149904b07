/** From a pressed button to jobs that are on their way. */
import { Problem } from "../../../shared/problem.ts";
import { type Intent, intentOfRecipe, intentsOf } from "../request/intent.ts";
import { type Order, prepareRun } from "../request/prepare-run.ts";
import type { RunPlace } from "../request/run-place.ts";
import { isPaintedAlready } from "../state/painted-already.ts";
import type { Picture } from "../state/picture.ts";
import type { Store } from "../state/store.ts";
import { t } from "../text/language.ts";
import type { MainClient } from "../wires/main-client.ts";
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
  const intents = intentsOf(store.state);
  // Of several layers, those that show their picture already keep it.
  const isAnew = (order: Order) =>
    intents.length === 1 || !order.jobs.every((job) => isPaintedAlready(job, store.state.pictures));
  const sent = await send(runner, () => intents, undefined, isAnew);
  const [only, ...more] = intents;
  if (sent && more.length === 0 && !store.state.settings.seedLocked)
    store.dispatch({ type: "settings", change: { seed: only!.seeds[0]! } });
}

/** What made a picture, with as many new seeds as the panel says. */
export async function vary(runner: Runner, { recipe }: Picture): Promise<void> {
  const { count } = runner.store.state.settings;
  await send(runner, (models) => [intentOfRecipe(recipe, models, { count })]);
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

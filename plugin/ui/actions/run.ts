/** From a pressed button to jobs that are on their way. */
import { Problem } from "../../../shared/problem.ts";
import { type Intent, intentOf, intentOfRecipe } from "../request/intent.ts";
import { prepareRun } from "../request/prepare-run.ts";
import type { Picture } from "../state/picture.ts";
import type { Store } from "../state/store.ts";
import type { MainClient } from "../wires/main-client.ts";
import type { JobDesk } from "./job-desk.ts";

export interface Runner {
  readonly store: Store;
  readonly main: MainClient;
  readonly desk: JobDesk;
}

/** What the panel says. The seed that it drew is shown. */
export async function generate(runner: Runner): Promise<void> {
  const { store } = runner;
  const intent = intentOf(store.state);
  const sent = await send(runner, () => intent);
  if (sent && !store.state.settings.seedLocked)
    store.dispatch({ type: "settings", change: { seed: intent.seeds[0]! } });
}

/** What made a picture, with as many new seeds as the panel says. */
export async function vary(runner: Runner, { recipe }: Picture): Promise<void> {
  const { count } = runner.store.state.settings;
  await send(runner, (models) => intentOfRecipe(recipe, models, { count }));
}

/** What was to make a picture that never came, as it was; it takes that one's place. */
export async function retry(runner: Runner, { recipe, job }: Picture): Promise<void> {
  const sent = await send(runner, (models) => intentOfRecipe(recipe, models, "its own"));
  if (!sent) return;
  runner.desk.release(job.job);
  runner.store.dispatch({ type: "discarded", jobs: [job.job] });
}

/** False where another run is being prepared. */
async function send(
  { store, main, desk }: Runner,
  intentFrom: (companion: NonNullable<Store["state"]["companion"]>) => Intent,
): Promise<boolean> {
  const { submitting, companion } = store.state;
  if (submitting) return false;
  if (companion === null)
    throw new Problem("internal", "The companion has not answered yet. Start it, then try again.");
  store.dispatch({ type: "submitting", submitting: true });
  try {
    await desk.submit(await prepareRun(intentFrom(companion), main));
    return true;
  } finally {
    store.dispatch({ type: "submitting", submitting: false });
  }
}

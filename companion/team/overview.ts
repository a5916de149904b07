/** How a studio's queue stands: what the status page and the metrics are made of. */
import type { LiveWorker } from "../queue/bullmq/presence.ts";
import type { RedisQueue } from "../queue/bullmq/redis-queue.ts";
import type { WorkerCard } from "./card.ts";
import type { TeamLibrary } from "./team-library.ts";

export interface PersonOverview {
  readonly name: string;
  readonly interactive: number;
  readonly batch: number;
  readonly running: number;
}

export interface Overview {
  readonly people: readonly PersonOverview[];
  readonly workers: readonly LiveWorker<WorkerCard>[];
  readonly models: readonly { readonly name: string; readonly family: string; readonly workers: readonly string[] }[];
}

/** `nameOf`: of a person who was never named. Rejects with Problem "queue-unreachable". */
export async function overviewOf(
  { queue, library }: { readonly queue: RedisQueue; readonly library: TeamLibrary },
  { nameOf, everybody }: { readonly nameOf: (person: string) => string; readonly everybody: readonly string[] },
): Promise<Overview> {
  const [{ rows }, running, workers] = await Promise.all([
    queue.store.waiting(),
    queue.store.running(),
    library.workers(),
  ]);
  const busy = await queue.store.personsOf(running.map(({ id }) => id));
  const persons = new Set([...everybody, ...rows.map(({ person }) => person), ...busy]);
  const people = [...persons].map((person) => {
    const theirs = rows.filter((row) => row.person === person);
    return {
      name: nameOf(person),
      interactive: theirs.filter(({ batch }) => !batch).length,
      batch: theirs.filter(({ batch }) => batch).length,
      running: busy.filter((each) => each === person).length,
    };
  });
  const models = new Map<string, { name: string; family: string; workers: string[] }>();
  for (const { card } of workers)
    for (const { digest, info } of card.models) {
      const model = models.get(digest) ?? { name: info.name, family: info.family.name, workers: [] };
      model.workers.push(card.name);
      models.set(digest, model);
    }
  return { people, workers, models: [...models.values()] };
}

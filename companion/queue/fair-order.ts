/**
 * The order in which waiting jobs run: people take turns, and of one person's jobs those that somebody waits for come before
 * batch jobs, first come, first served.
 *
 * It is fair queueing by counting (as start-time fair queueing, Goyal, Vin and Cheng 1996, with jobs that all count one): whoever
 * had the fewest jobs begun is next. A batch job counts one more, so that it lets everybody's next interactive job go first, once:
 * nobody waits for more than twice the jobs that would run before theirs if all were alike.
 */

export interface Waiting {
  readonly id: string;
  /** Whom it counts for. */
  readonly person: string;
  /** One of many that nobody sits and waits for. */
  readonly batch: boolean;
}

/** `waiting` in order of arrival → the same jobs in the order they will run. `usage`: jobs that were begun for a person. */
export function fairOrder<T extends Waiting>(waiting: readonly T[], usage: (person: string) => number): T[] {
  const counts = new Map<string, number>();
  const arrivals = waiting.map((job, arrival) => ({ job, arrival }));
  const interactiveFirst = [...arrivals.filter(({ job }) => !job.batch), ...arrivals.filter(({ job }) => job.batch)];
  const turns = interactiveFirst.map(({ job, arrival }) => {
    const before = counts.get(job.person) ?? 0;
    counts.set(job.person, before + 1);
    return { job, arrival, turn: usage(job.person) + before + (job.batch ? 1 : 0) };
  });
  return turns.sort((a, b) => a.turn - b.turn || a.arrival - b.arrival).map(({ job }) => job);
}

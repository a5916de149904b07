/** The order in which waiting jobs run: owners take turns, and within a owner first come, first served. */

export interface Waiting {
  readonly id: string;
  readonly owner: string;
}

/**
 * `waiting` in order of arrival → the same jobs in the order they will run. `served` tells which owners had their turn,
 * longest ago first; an owner that is not in it comes before all that are.
 */
export function fairOrder<T extends Waiting>(waiting: readonly T[], served: readonly string[]): T[] {
  const owners = new Map<string, T[]>();
  for (const job of waiting) {
    const owner = owners.get(job.owner);
    if (owner === undefined) owners.set(job.owner, [job]);
    else owner.push(job);
  }
  // Array.sort keeps the order of arrival between owners that were never served.
  const turns = [...owners.entries()].sort(([a], [b]) => served.indexOf(a) - served.indexOf(b)).map(([, jobs]) => jobs);
  const order: T[] = [];
  for (let round = 0; order.length < waiting.length; round++) {
    for (const jobs of turns) if (round < jobs.length) order.push(jobs[round]!);
  }
  return order;
}

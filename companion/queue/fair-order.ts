/** The order in which waiting jobs run: lanes take turns, and within a lane first come, first served. */

export interface Waiting {
  readonly id: string;
  readonly lane: string;
}

/**
 * `waiting` in order of arrival → the same jobs in the order they will run. `served` tells which lanes had their turn,
 * longest ago first; a lane that is not in it comes before all that are.
 */
export function fairOrder<T extends Waiting>(waiting: readonly T[], served: readonly string[]): T[] {
  const lanes = new Map<string, T[]>();
  for (const job of waiting) {
    const lane = lanes.get(job.lane);
    if (lane === undefined) lanes.set(job.lane, [job]);
    else lane.push(job);
  }
  // Array.sort keeps the order of arrival between lanes that were never served.
  const turns = [...lanes.entries()].sort(([a], [b]) => served.indexOf(a) - served.indexOf(b)).map(([, jobs]) => jobs);
  const order: T[] = [];
  for (let round = 0; order.length < waiting.length; round++) {
    for (const jobs of turns) if (round < jobs.length) order.push(jobs[round]!);
  }
  return order;
}

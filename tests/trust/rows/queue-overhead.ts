import { smallJobs } from "../../../companion/bench/queue-overhead.ts";
import type { Row } from "../row.ts";

/** 3 ms, or as many write-throughs, whichever is more: a disk that others keep busy is none of the queue's. */
const [TARGET_MS, WRITES] = [3, 2];

export const row: Row = {
  promise: "The queue on disk costs at most 3 ms a job",
  test: "npm run bench -- --only queue",
  alone: true,
  run: async () => {
    const { times, writes } = await smallJobs();
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const middle = (values: readonly number[]) => values[Math.floor(values.length / 2)]!.toFixed(2);
    return {
      held: mean(times) <= Math.max(TARGET_MS, WRITES * mean(writes)),
      figure: `${times.length} small jobs: ${mean(times).toFixed(2)} ms on average, median ${middle(times)}; one small write through to this disk, in turns: median ${middle(writes)} ms`,
    };
  },
};

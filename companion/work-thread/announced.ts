import { Problem } from "../../shared/problem.ts";
import type { RunJob } from "../queue/worker.ts";
import type { WorkEvent } from "./work-messages.ts";

/** `run`, with its beginning and its end told. */
export function announced(run: RunJob, onEvent: (event: WorkEvent) => void): RunJob {
  return async (job, options) => {
    const { task } = job;
    onEvent({ type: "begun", task });
    try {
      const result = await run(job, options);
      onEvent({ type: "done", task, result });
      return result;
    } catch (error) {
      const type = options.signal.aborted ? "cancelled" : "failed";
      onEvent({ type, task, problem: Problem.from(error) });
      throw error;
    }
  };
}

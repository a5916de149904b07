/** How jobs end that nobody ended. */
import type { JobEnd, JobEvent, Task } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";

/** As the owner is told of it. One that is done but whose task cannot be read any more has failed. */
export function endEvent(end: JobEnd, task: () => Task): JobEvent {
  if (end.state === "failed") return { type: "failed", problem: end.problem };
  if (end.state === "cancelled") return { type: "cancelled" };
  try {
    return { type: "done", task: task(), result: end.result };
  } catch (error) {
    return { type: "failed", problem: Problem.from(error).toJSON() };
  }
}

export const brokenOff = (attempts: number) =>
  new Problem(
    "engine-crashed",
    `The companion ended ${attempts} times while it worked on this picture: try a smaller size or another model.`,
  );

export const expired = () =>
  new Problem(
    "result-expired",
    "The picture was offered, but never fetched, and made room for newer ones: generate it again.",
  );

export const unreadable = (id: string, why: string) =>
  new Problem(
    "data-damaged",
    `What was stored of the job ${id} cannot be read any more (${why}): generate the picture again.`,
  );

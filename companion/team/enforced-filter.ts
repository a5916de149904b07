import { withContentFilter } from "../../shared/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** The queue, but that every job that comes in by it asks for its model's content filter, whatever worker takes it. */
export const enforcedFilter = (queue: JobQueue): JobQueue => ({
  submit: (jobs, images) =>
    queue.submit(
      jobs.map((job) => ({ ...job, task: withContentFilter(job.task) })),
      images,
    ),
  cancel: (id, owner) => queue.cancel(id, owner),
  acknowledge: (id, owner) => queue.acknowledge(id, owner),
  subscribe: (id, owner, listener) => queue.subscribe(id, owner, listener),
  jobsOf: (owner) => queue.jobsOf(owner),
  inherit: (ids, owner, isGone) => queue.inherit(ids, owner, isGone),
});

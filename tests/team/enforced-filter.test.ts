import type { JobQueue, NewJob } from "../../companion/queue/job-queue.ts";
import { enforcedFilter } from "../../companion/team/enforced-filter.ts";
import type { Task } from "../../shared/job.ts";
import { given, IMAGE, job } from "../queue/queue-helpers.ts";

test("a gateway that enforces the content filter asks for it in every job, whatever the job says", async () => {
  const taken: NewJob[] = [];
  const submit: JobQueue["submit"] = async (jobs) => {
    taken.push(...jobs);
    return { missing: [] };
  };
  const queue = enforcedFilter({ submit } as JobQueue);
  const plain = job(1);
  const off = { ...plain.task.request, contentFilter: false };
  const detail = { model: "m", prompt: "", seed: 1, steps: 2, guidanceScale: 5, strength: 0.2, scheduler: {} };
  const tasks = [
    plain.task,
    { kind: "generate", request: off },
    { kind: "enlarge", request: { image: "image", factor: 2, detail } },
    { kind: "enlarge", request: { image: "image", factor: 2 } },
  ] as Task[];
  await queue.submit(
    tasks.map((task) => ({ ...plain, task })),
    given(IMAGE),
  );
  const asked = taken.map(({ task }) =>
    task.kind === "generate"
      ? task.request.contentFilter
      : task.kind === "enlarge"
        ? task.request.detail?.contentFilter
        : undefined,
  );
  // Where nothing is drawn, there is nothing to filter.
  expect(asked).toEqual([true, true, true, undefined]);
});

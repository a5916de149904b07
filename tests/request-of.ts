import type { Task } from "../shared/job.ts";
import type { GenerateRequest } from "../shared/request.ts";

/** Of a task that makes a picture. */
export function requestOf(task: Task): GenerateRequest {
  if (task.kind !== "generate") throw new Error(`A task of kind "${task.kind}" came, and none was sent.`);
  return task.request;
}

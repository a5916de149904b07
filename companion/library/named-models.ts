import { modelsOf, type Task } from "../../shared/job.ts";
import type { LiveLibrary } from "./live-library.ts";

/** What a task names, with its file's hash where that is known. What is not in the list is found out when it is opened. */
export async function namedModels(task: Task, library: Pick<LiveLibrary, "hashes">) {
  const ids = modelsOf(task);
  const known = await library.hashes(ids).catch(() => new Map<string, string>());
  return ids.map((id) => {
    const digest = known.get(id);
    return { id, ...(digest !== undefined && { digest }) };
  });
}

import { modelsOf, type Task } from "../../shared/job.ts";
import type { LiveLibrary } from "./live-library.ts";

/** What a task names, with its file's hash where that is known. What is not in the list is found out when it is opened. */
export async function namedModels(task: Task, library: Pick<LiveLibrary, "list">) {
  const { models, addOns } = await library.list().catch(() => ({ models: [], addOns: [] }));
  const known = new Map([...addOns, ...models].map(({ id, sha256 }) => [id, sha256]));
  return modelsOf(task).map((id) => {
    const digest = known.get(id);
    return { id, ...(digest !== undefined && { digest }) };
  });
}

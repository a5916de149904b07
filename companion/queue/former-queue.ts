import { existsSync } from "node:fs";
import path from "node:path";

/** What to say of the list of jobs that the first versions kept in the data folder, in a form that is not read any more; undefined where there is none. */
export function formerQueue(home: string): string | undefined {
  const file = path.join(home, "queue.sqlite");
  if (!existsSync(file)) return undefined;
  return `Pictures that an earlier Underpaint kept in "${file}" cannot be read by this one: generate again what you still need, then delete the file.`;
}

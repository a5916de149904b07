import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";

/** Moves these files and folders of `folder`, where they exist, to a new folder in it, whose path it returns. Throws as the file system does. */
export function putAside(folder: string, names: readonly string[]): string {
  const aside = path.join(folder, `aside-${new Date().toISOString().slice(0, 10)}-${randomUUID().slice(0, 8)}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names)
    if (existsSync(path.join(folder, name))) renameSync(path.join(folder, name), path.join(aside, name));
  return aside;
}

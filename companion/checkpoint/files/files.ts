/** Files as the loaders touch them: failures become Problems, and symlinks may not lead out of the models folders. */
import { readSync, realpathSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";

/** The real path of `file`. Throws Problem "model-not-found", "file-unreadable", "file-outside-models". */
export function resolveInside(file: string, within?: readonly string[]): string {
  const real = attempt(path.basename(file), () => realpathSync(file));
  if (within && !within.some((folder) => isInside(real, folder)))
    throw new Problem(
      "file-outside-models",
      `"${path.basename(file)}" leads out of the models folders: copy the file itself into one of them, or add the folder that it lies in with --models.`,
    );
  return real;
}

function isInside(file: string, folder: string): boolean {
  let root: string;
  try {
    root = realpathSync(folder);
  } catch {
    return false; // A models folder that does not exist holds nothing.
  }
  const relative = path.relative(root, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Fills `bytes` from `position` on; how many there were. */
export function readFully(fd: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(fd, bytes, done, bytes.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Runs a file operation; its failure becomes a Problem. */
export function attempt<T>(name: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ERR_INVALID_ARG_VALUE")
      throw new Problem("model-not-found", `There is no file "${name}": check the name, or choose another model.`);
    throw new Problem("file-unreadable", `"${name}" cannot be read (${code}): check its permissions.`, {
      cause: error,
    });
  }
}

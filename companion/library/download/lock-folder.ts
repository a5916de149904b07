import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";

/** Among the locks of this process, which are not other processes'. */
const held = new Set<string>();

/**
 * Makes sure that nobody else writes into `folder` until the returned function is called: two would write into each other's
 * half-written files. A lock whose process is gone is none. Throws Problem "download-refused", and
 * "download-failed" where nothing can be written.
 */
export function lockFolder(folder: string, repo: string): () => void {
  const file = `${folder}.lock`;
  const owner = ownerOf(file);
  if (held.has(file) || (owner !== undefined && owner !== process.pid && lives(owner)))
    throw new Problem("download-refused", `"${repo}" is being downloaded already: wait until that is done.`);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, String(process.pid));
  } catch (error) {
    throw new Problem(
      "download-failed",
      `Nothing can be written into the models folder (${(error as NodeJS.ErrnoException).code}): check the folder and its disk, or choose another.`,
      { cause: error },
    );
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

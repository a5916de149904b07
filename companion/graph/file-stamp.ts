/** What tells a file from another in its place, and from itself after a change. */
import { type Stats, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { WeightRef } from "./weights.ts";

/** Of its size, time and inode. */
export const stampOf = ({ size, mtimeMs, ino }: Pick<Stats, "size" | "mtimeMs" | "ino">): string =>
  `${size}:${mtimeMs}:${ino}`;

/**
 * A function that throws Problem "file-changed" where a file of `refs` is no longer the one whose header was read: what is
 * mapped or will be read would be something else. Takes microseconds.
 */
export function watchFiles(refs: Iterable<WeightRef>): () => void {
  const stamps = new Map<string, string>();
  for (const { file, stamp } of refs) if (stamp !== undefined) stamps.set(file, stamp);
  return () => {
    for (const [file, stamp] of stamps) {
      const now = statSync(file, { throwIfNoEntry: false });
      if (now && stampOf(now) === stamp) continue;
      throw new Problem(
        "file-changed",
        `"${path.basename(file)}" was changed or removed while it was in use: start the picture again.`,
      );
    }
  };
}

/** Temporary files for what memory should not hold. */
import { mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";

/** `f_type` of Linux's tmpfs, which lies in memory. */
const TMPFS = 0x01021994;

/** The system's folder for temporary files; on a Linux that keeps that one in memory, the one that it keeps on the disk. */
function scratchFolder(): string {
  const folder = tmpdir();
  return process.platform === "linux" && statfsSync(folder).type === TMPFS ? "/var/tmp" : folder;
}

export interface ScratchFile {
  readonly path: string;
  readonly fd: number;
  /** Writes all of it at `offset`. Throws Problem "disk-full". */
  write(bytes: Uint8Array, offset: number): void;
  /** Removes the file's name; to be called in a `finally`. What is open or mapped stays usable where the system allows it. */
  remove(): void;
}

/** Throws Problem "disk-full". */
export function createScratchFile(): ScratchFile {
  const place = scratchFolder();
  const full = (error: unknown): never => {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new Problem("disk-full", `There is no space left in "${place}" for temporary files: make room there.`, {
      cause: error,
    });
  };
  const attempt = <T>(body: () => T): T => {
    try {
      return body();
    } catch (error) {
      return full(error);
    }
  };
  const folder = attempt(() => mkdtempSync(path.join(place, "underpaint-")));
  const file = path.join(folder, "numbers");
  const fd = openSync(file, "wx+", 0o600);
  return {
    path: file,
    fd,
    write: (bytes, offset) =>
      attempt(() => {
        for (let done = 0; done < bytes.byteLength; )
          done += writeSync(fd, bytes, done, bytes.byteLength - done, offset + done);
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

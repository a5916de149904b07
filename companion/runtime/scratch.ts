/** Files for what memory should not hold. */
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";

/** `f_type` of Linux's tmpfs, which lies in memory. */
const TMPFS = 0x01021994;

/** The system's folder for temporary files; on a Linux that keeps that one in memory, the one that it keeps on the disk. */
function temporaryFolder(): string {
  const folder = tmpdir();
  return process.platform === "linux" && statfsSync(folder).type === TMPFS ? "/var/tmp" : folder;
}

/** A new folder, for whoever makes it to remove. Throws Problem "disk-full". */
export const createScratchFolder = (): string =>
  whileDiskLasts(temporaryFolder(), () => mkdtempSync(path.join(temporaryFolder(), "underpaint-")));

export interface NumbersFile {
  readonly fd: number;
  /** Writes all of it at `offset`. Throws Problem "disk-full". */
  write(bytes: Uint8Array, offset: number): void;
  close(): void;
}

/** A new file, for reading and writing, that nobody else may read. Throws Problem "disk-full". */
export function createFile(file: string): NumbersFile {
  const folder = path.dirname(file);
  const fd = whileDiskLasts(folder, () => openSync(file, "wx+", 0o600));
  return {
    fd,
    write: (bytes, offset) =>
      whileDiskLasts(folder, () => {
        for (let done = 0; done < bytes.byteLength; )
          done += writeSync(fd, bytes, done, bytes.byteLength - done, offset + done);
      }),
    close: () => closeSync(fd),
  };
}

export interface ScratchFile extends NumbersFile {
  readonly path: string;
  /** Removes its name; what is open or mapped stays usable where the system allows it. */
  remove(): void;
}

/** Throws Problem "disk-full". */
export function createScratchFile(): ScratchFile {
  const folder = createScratchFolder();
  const file = path.join(folder, "numbers");
  return { path: file, ...createFile(file), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function whileDiskLasts<T>(folder: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw diskFull(folder, error);
  }
}

export const diskFull = (folder: string, cause?: unknown): Problem =>
  new Problem("disk-full", `There is no space left in "${folder}": make room there.`, { cause });

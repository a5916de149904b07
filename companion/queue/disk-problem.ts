/** What SQLite and the file system say of the queue's files, as a Problem that says what to do. */
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const [BUSY, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE] = [5, 8, 10, 11, 13, 14, 26];
/** Behind these stands an error of the file system that SQLite does not name. */
const UNNAMED = new Set([READ_ONLY, IO_ERROR, CANNOT_OPEN]);
const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);
/** Written to learn what the file system says: more than what is free within a block of another file. */
const PROBE_BYTES = 256 * 1024;

export const isFull = (error: unknown): boolean => error instanceof Problem && error.code === "disk-full";

/** Whether the same may work later, when a person has made room or put the disk right. */
export const mayPass = (problem: Problem): boolean =>
  ["disk-full", "data-not-writable", "data-in-use"].includes(problem.code);

/** Problem "disk-full", "data-not-writable", "data-in-use" or "data-damaged"; what is no error of a disk as it is. */
export function diskProblem(error: unknown, file: string): unknown {
  if (error instanceof Problem) return error;
  const { errcode, code, syscall, message } = error as NodeJS.ErrnoException & { errcode?: number };
  if (errcode === undefined) return syscall === undefined ? error : problemOf(code ?? message, file, error);
  const primary = errcode & 0xff;
  if (primary === FULL) return problemOf("ENOSPC", file, error);
  if (primary === BUSY)
    return new Problem("data-in-use", `Another companion or program uses "${file}": stop that one first.`);
  if (primary === CORRUPT || primary === NOT_A_DATABASE)
    return new Problem("data-damaged", `"${file}" is damaged: move it away and start again.`, { cause: error });
  return UNNAMED.has(primary) ? problemOf(probe(file) ?? message, file, error) : error;
}

function problemOf(reason: string, file: string, cause: unknown): Problem {
  if (NO_ROOM.has(reason))
    return new Problem("disk-full", `The disk of "${file}" is full: free some space.`, { cause });
  return new Problem(
    "data-not-writable",
    `Cannot write "${file}" (${reason}): check who owns it and its folder, and whether its disk is there and works.`,
    { cause },
  );
}

/** The file system's own word on whether more can be written beside `file`: an error's code, undefined where it can. */
function probe(file: string): string | undefined {
  const probe = path.join(path.dirname(file), `probe-${randomUUID()}`);
  try {
    const handle = openSync(probe, "wx", 0o600);
    try {
      const bytes = Buffer.alloc(PROBE_BYTES, 1);
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
      rmSync(probe, { force: true });
    }
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** Problem "disk-full" for the disk of `folder`, `bytes` of which are pictures that wait. */
export const fullOf = (folder: string, bytes: number, cause?: unknown): Problem =>
  new Problem(
    "disk-full",
    `The disk of "${folder}" is full: free some space. ${Math.round(bytes / 1e6)} MB of it are pictures that wait here: those that are placed or discarded in Figma are deleted.`,
    { cause },
  );

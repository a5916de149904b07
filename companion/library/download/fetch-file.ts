/** One file from a server that may break off, be slow, or lie: resumed, checked, and visible only when it is whole. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../../shared/problem.ts";
import type { RemoteFile } from "./choose-files.ts";

export interface FetchOptions {
  /** Asks for the file from byte `from` on. */
  readonly request: (from: number, signal: AbortSignal) => Promise<Response>;
  readonly signal: AbortSignal;
  /** Bytes that are safe on the disk. */
  readonly onProgress: (bytes: number) => void;
  /** Milliseconds without a byte after which the connection is given up. */
  readonly stallMs?: number;
  /** Milliseconds before each further attempt; attempts that bring bytes are not counted. */
  readonly pausesMs?: readonly number[];
}

const PAUSES_MS = [1000, 2000, 5000, 10_000, 20_000];
/** The longest that a server's wish is heeded, milliseconds. */
const MAX_PAUSE_MS = 5 * 60_000;

/** Where a file grows: another version of it has another place, and cannot be gone on with. */
export const partOf = (target: string, { checksum }: RemoteFile): string =>
  `${target}.${checksum.hex.slice(0, 12)}.part`;

/**
 * Fetches `file` to `target`, by way of `partOf`, which a later call goes on with. Throws Problem "download-failed" (it broke
 * off too often, is not as long as it should be, or has another checksum), "download-refused", "disk-full"; and the
 * signal's reason.
 */
export async function fetchFile(file: RemoteFile, target: string, options: FetchOptions): Promise<void> {
  const { signal, pausesMs = PAUSES_MS } = options;
  const part = partOf(target, file);
  onDisk(file, () => {
    mkdirSync(path.dirname(target), { recursive: true });
    // Of nothing there is no range that a server could send.
    if (file.size === 0) writeFileSync(part, "");
  });
  for (let failures = 0; sizeOf(part) < file.size; ) {
    signal.throwIfAborted();
    const before = sizeOf(part);
    try {
      await receive(file, part, options);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem) throw error;
      failures = sizeOf(part) > before ? 0 : failures + 1;
      const pause = pausesMs[Math.max(0, failures - 1)];
      if (pause === undefined)
        throw new Problem(
          "download-failed",
          `The download of "${file.path}" broke off (${reasonOf(error)}): start it again to go on where it stopped.`,
          { cause: error },
        );
      const wished = error instanceof Busy ? error.pauseMs : 0;
      await sleep(Math.max(pause, Math.min(wished, MAX_PAUSE_MS)), undefined, { signal });
    }
  }
  if (!(await isWhole(part, file))) {
    rmSync(part, { force: true });
    throw new Problem(
      "download-failed",
      `"${file.path}" arrived with other bytes than its checksum says, and was deleted: start the download again.`,
    );
  }
  onDisk(file, () => renameSync(part, target));
}

/** The server wants to be asked later. */
class Busy extends Error {
  /** 0 where it does not say when. */
  readonly pauseMs: number;

  constructor({ status, headers }: Response) {
    super(`status ${status}`);
    this.pauseMs = 1000 * (Number(headers.get("retry-after")) || 0);
  }
}

/** Appends what comes to `part`. */
async function receive(
  file: RemoteFile,
  part: string,
  { request, signal, onProgress, stallMs = 30_000 }: FetchOptions,
) {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(new Error("no more bytes came")), stallMs);
  let handle: FileHandle | undefined;
  try {
    let at = sizeOf(part);
    const response = await request(at, AbortSignal.any([signal, stalled.signal]));
    if (response.status === 416) {
      rmSync(part, { force: true });
      throw new Error("the server has another length");
    }
    if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429)
      throw new Problem("download-refused", `The server refuses "${file.path}" (${response.status}): try again later.`);
    if (!response.ok || response.body === null) throw new Busy(response);
    // A server that ignores ranges, or begins elsewhere, begins anew.
    const begins = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
    if (response.status !== 206 || begins !== at) {
      if (response.status === 206 && begins !== 0) throw new Error("the server sends another range");
      // A login page in the way must not cost what is here already.
      const isPage = /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
      if (isPage || (at > 0 && Number(response.headers.get("content-length")) !== file.size))
        throw new Error("the server sends something else");
      at = 0;
    }
    handle = await open(part, at === 0 ? "w" : "r+").catch((error) => refuseDisk(file, error));
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(new Error("no more bytes came")), stallMs);
      if (at + chunk.length > file.size) {
        await handle.close();
        handle = undefined;
        rmSync(part, { force: true });
        throw new Problem(
          "download-failed",
          `"${file.path}" is longer than the ${file.size} bytes that were announced, and was deleted: start the download again.`,
        );
      }
      await handle.write(chunk, 0, chunk.length, at).catch((error) => refuseDisk(file, error));
      at += chunk.length;
      onProgress(at);
    }
    if (at < file.size) throw new Error(`it ended after ${at} of ${file.size} bytes`);
  } finally {
    clearTimeout(timer);
    await handle?.close();
  }
}

/** True where `place` holds the file's bytes. */
export async function isWhole(place: string, file: RemoteFile): Promise<boolean> {
  if (!existsSync(place) || sizeOf(place) !== file.size) return false;
  return (await checksumOf(place, file)) === file.checksum.hex.toLowerCase();
}

/** Hexadecimal. Git hashes a file with its length before it (git-hash-object). */
async function checksumOf(place: string, { checksum, size }: RemoteFile): Promise<string> {
  const hash: Hash = checksum.kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
  for await (const chunk of createReadStream(place)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

const sizeOf = (place: string): number => statSync(place, { throwIfNoEntry: false })?.size ?? 0;

/** What went wrong, in the words of the deepest cause: fetch itself only says that it failed. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function onDisk(file: RemoteFile, operation: () => void): void {
  try {
    operation();
  } catch (error) {
    refuseDisk(file, error as NodeJS.ErrnoException);
  }
}

/** What asking again would not change. */
function refuseDisk({ path: name, size }: RemoteFile, error: NodeJS.ErrnoException): never {
  if (error.code === "ENOSPC" || error.code === "EDQUOT")
    throw new Problem(
      "disk-full",
      `The disk is full before "${name}" is complete: free some space and start it again.`,
    );
  const hint = error.code === "EFBIG" ? `it cannot hold a file of ${size} bytes` : error.code;
  throw new Problem(
    "download-failed",
    `"${name}" cannot be written into the models folder (${hint}): check the folder and its disk, or choose another.`,
    { cause: error },
  );
}

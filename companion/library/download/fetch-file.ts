/** One file from a server that may break off, be slow, or lie: resumed, checked, and visible only when it is whole. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
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

/**
 * Fetches `file` to `target`, by way of `target`.part, which a later call goes on with. Throws Problem "download-failed" (it broke
 * off too often, is not as long as it should be, or has another checksum), "download-refused", "disk-full"; and the
 * signal's reason.
 */
export async function fetchFile(file: RemoteFile, target: string, options: FetchOptions): Promise<void> {
  const { signal, pausesMs = PAUSES_MS } = options;
  const part = `${target}.part`;
  mkdirSync(path.dirname(target), { recursive: true });
  for (let failures = 0; sizeOf(part) < file.size || !existsSync(part); ) {
    signal.throwIfAborted();
    const before = sizeOf(part);
    try {
      await receive(file, part, options);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem) throw error;
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw full(file);
      failures = sizeOf(part) > before ? 0 : failures + 1;
      const pause = pausesMs[failures - 1] ?? (failures === 0 ? 0 : undefined);
      if (pause === undefined)
        throw new Problem(
          "download-failed",
          `The download of "${file.path}" broke off (${reasonOf(error)}): start it again to go on where it stopped.`,
          { cause: error },
        );
      await sleep(pause, undefined, { signal });
    }
  }
  if (!(await isWhole(part, file))) {
    rmSync(part, { force: true });
    throw new Problem(
      "download-failed",
      `"${file.path}" arrived with other bytes than its checksum says, and was deleted: start the download again.`,
    );
  }
  renameSync(part, target);
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
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    // A server that ignores ranges, or begins elsewhere, begins anew.
    const begins = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
    if (response.status !== 206 || begins !== at) {
      if (response.status === 206 && begins !== 0) throw new Error("the server sends another range");
      at = 0;
    }
    handle = await open(part, at === 0 ? "w" : "r+");
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
      await handle.write(chunk, 0, chunk.length, at);
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

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

const full = ({ path }: RemoteFile) =>
  new Problem("disk-full", `The disk is full before "${path}" is complete: free some space and start it again.`);

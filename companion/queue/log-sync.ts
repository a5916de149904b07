import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";

/** Milliseconds from a write until it is on the disk, what that takes not counted. */
export const SOON_MS = 100;

/**
 * Brings SQLite's write-ahead log through to the disk: at once, or a little after it was written, once for many writes and without
 * anybody waiting for it. SQLite's own way is `fsync`, which also waits for the file's times to be written: twice as long.
 */
export class LogSync {
  readonly #file: string;
  #handle: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** All that was written so far is on the disk when it returns. Throws as the file system does. */
  now(): void {
    this.#cancel();
    this.#handle ??= openSync(this.#file, "r+");
    fdatasyncSync(this.#handle);
  }

  /** What the file system says against it is no news: it holds up or fails the next write that goes through. */
  soon(): void {
    this.#timer ??= setTimeout(() => void this.#sync(), SOON_MS).unref();
  }

  /** The log comes to the disk by other means, and may go away. */
  stop(): void {
    this.#cancel();
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #sync(): Promise<void> {
    this.#timer = undefined;
    const handle = await open(this.#file, "r+").catch(() => undefined);
    await handle?.datasync().catch(() => {});
    await handle?.close();
  }
}

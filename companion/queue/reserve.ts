/** Room on the disk that is kept for the moment when there is none: finished jobs can be forgotten then. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";

export class Reserve {
  readonly #file: string;
  readonly #bytes: number;

  constructor(file: string, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Keeps the room, as far as there is any. */
  fill(): void {
    if (statSync(this.#file, { throwIfNoEntry: false })?.size === this.#bytes) return;
    try {
      const file = openSync(this.#file, "w", 0o600);
      try {
        // Not zeros: some file systems give those no room.
        writeFileSync(file, randomBytes(this.#bytes));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch {
      // The disk is too full to keep any of it: what needs room says so itself.
      this.release();
    }
  }

  /** False where nothing was kept. */
  release(): boolean {
    const kept = statSync(this.#file, { throwIfNoEntry: false }) !== undefined;
    rmSync(this.#file, { force: true });
    return kept;
  }
}

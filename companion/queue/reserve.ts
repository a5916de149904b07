/** Room on the disk that is kept for the moment when there is none: finished jobs can be forgotten then. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { diskProblem, isFull } from "./disk-problem.ts";

export class Reserve {
  readonly #file: string;
  readonly #bytes: number;

  constructor(file: string, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Keeps the room, or nothing where the disk is too full: what needs room says so itself. Throws Problem "data-not-writable". */
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
    } catch (error) {
      const problem = diskProblem(error, this.#file);
      rmSync(this.#file, { force: true });
      if (!isFull(problem)) throw problem;
    }
  }

  /** False where nothing was kept. */
  release(): boolean {
    const kept = statSync(this.#file, { throwIfNoEntry: false }) !== undefined;
    rmSync(this.#file, { force: true });
    return kept;
  }
}

/** Pictures on disk: one file for each content, under the name that its bytes hash to. What is deleted is free at once. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Sha256 } from "./job-queue.ts";

const NAME = /^[0-9a-f]{64}$/;

export const sha256 = (bytes: Uint8Array): Sha256 => createHash("sha256").update(bytes).digest("hex");

export class Blobs {
  readonly #folder: string;

  /** `makeFolder` comes before all else. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where there is none. Throws as `mkdir` does. */
  makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Through to the disk when it returns; what is there and damaged is replaced. Throws as the file system does. */
  put(hash: Sha256, bytes: Uint8Array): void {
    const place = this.#place(hash);
    if (this.get(hash) !== undefined) return;
    try {
      // Under its own name: half of it is nothing that `get` gives.
      const file = openSync(place, "w", 0o600);
      try {
        writeFileSync(file, bytes);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      rmSync(place, { force: true });
      throw error;
    }
    this.#syncFolder();
  }

  /** Undefined where it is gone, or is not what it was. */
  get(hash: Sha256): Uint8Array | undefined {
    if (!NAME.test(hash)) return undefined;
    try {
      const bytes = readFileSync(this.#place(hash));
      return sha256(bytes) === hash ? bytes : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** What cannot be a picture's name is no file of ours. */
  remove(hash: Sha256): void {
    if (NAME.test(hash)) rmSync(this.#place(hash), { force: true });
  }

  list(): Sha256[] {
    return readdirSync(this.#folder).filter((name) => NAME.test(name));
  }

  /** Removes all but `kept`, and what was never finished. */
  sweep(kept: ReadonlySet<Sha256>): void {
    for (const name of readdirSync(this.#folder))
      if (!kept.has(name)) rmSync(path.join(this.#folder, name), { force: true });
  }

  #place(hash: Sha256): string {
    return path.join(this.#folder, hash);
  }

  /** The names, too. Windows has no such thing, and needs none. */
  #syncFolder(): void {
    if (process.platform === "win32") return;
    const folder = openSync(this.#folder, "r");
    fsyncSync(folder);
    closeSync(folder);
  }
}

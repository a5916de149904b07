/** Pictures on disk: one file for each content, under the name that its bytes hash to. What is deleted is free at once. */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Sha256 } from "./job-queue.ts";
import { sha256, sha256InTurns } from "./sha256.ts";

const NAME = /^[0-9a-f]{64}$/;

export class Blobs {
  readonly #folder: string;
  /** What was written by this process, as the file system described it then. */
  readonly #written = new Map<Sha256, string>();

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
    if (this.#isAsWritten(hash) || this.get(hash) !== undefined) return;
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
    this.#written.set(hash, this.#describe(hash)!);
  }

  /** As `put`, while others are heard on this thread: `put` finds it there. Rejects as the file system does. */
  async bring(hash: Sha256, bytes: Uint8Array): Promise<void> {
    if (this.#isAsWritten(hash)) return;
    // Half of it is nothing that `put` or `get` may find.
    const aside = `${this.#place(hash)}.${randomUUID()}`;
    try {
      await through(await open(aside, "wx", 0o600), (file) => file.writeFile(bytes));
      await rename(aside, this.#place(hash));
      if (process.platform !== "win32") await through(await open(this.#folder, "r"));
      this.#written.set(hash, this.#describe(hash) ?? "");
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  /** As `get`, while others are heard on this thread. */
  async read(hash: Sha256): Promise<Uint8Array | undefined> {
    if (!NAME.test(hash)) return undefined;
    try {
      const bytes = await readFile(this.#place(hash));
      return (await sha256InTurns(bytes)) === hash ? bytes : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
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
    if (!NAME.test(hash)) return;
    this.#written.delete(hash);
    rmSync(this.#place(hash), { force: true });
  }

  list(): Sha256[] {
    return readdirSync(this.#folder).filter((name) => NAME.test(name));
  }

  /** Removes all but `kept`, and what was never finished. */
  sweep(kept: ReadonlySet<Sha256>): void {
    for (const name of readdirSync(this.#folder))
      if (!kept.has(name)) rmSync(path.join(this.#folder, name), { force: true });
  }

  #isAsWritten(hash: Sha256): boolean {
    const written = this.#written.get(hash);
    return written !== undefined && written === this.#describe(hash);
  }

  #describe(hash: Sha256): string | undefined {
    const found = statSync(this.#place(hash), { bigint: true, throwIfNoEntry: false });
    return found && `${found.ino} ${found.size} ${found.mtimeNs}`;
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

/** What `write` writes is through to the disk when it resolves. */
async function through(file: FileHandle, write: (file: FileHandle) => Promise<void> = async () => {}): Promise<void> {
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

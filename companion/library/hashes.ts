/**
 * SHA-256 of model files, as communities name them: computed one file at a time with pauses, so that nobody's work waits, and
 * remembered by path, size and time.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";

const KNOWN = v.record(
  v.string(),
  v.strictObject({ stamp: v.string(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
);

export interface HashesOptions {
  /** JSON; where it cannot be read, all is computed again. Several processes may keep theirs in it. Absent: nothing is kept. */
  readonly file?: string;
  /** Milliseconds of rest after each piece that was read. */
  readonly restMs?: number;
}

/** Between two times that what is known is kept, milliseconds: there may be thousands of small files, and all are kept in one. */
const SAVE_MS = 5000;
/** Hashed in about 2 ms, while which nothing else runs. */
const PIECE_BYTES = 2 ** 20;

export class Hashes {
  readonly #file: string | undefined;
  readonly #restMs: number;
  #known: Record<string, { stamp: string; sha256: string }>;
  readonly #waiting = new Set<string>();
  readonly #stop = new AbortController();
  #work: Promise<void> | undefined;

  constructor({ file, restMs = 5 }: HashesOptions) {
    this.#file = file;
    this.#restMs = restMs;
    this.#known = readKnown(file);
  }

  /** What others have found out meanwhile is known, too. */
  refresh(): void {
    this.#known = { ...readKnown(this.#file), ...this.#known };
  }

  /** Hexadecimal; undefined until it is known. Then `onKnown` of `want` is called. */
  find(file: string): string | undefined {
    const known = this.#known[file];
    return known !== undefined && known.stamp === stampOf(file) ? known.sha256 : undefined;
  }

  /** Computes those that are not known, later. `onKnown` is called after each. */
  want(files: readonly string[], onKnown: (file: string) => void): void {
    for (const file of files) if (this.find(file) === undefined) this.#waiting.add(file);
    this.#work ??= this.#run(onKnown).finally(() => {
      this.#work = undefined;
    });
  }

  /** Resolves when nothing is left to compute. */
  async idle(): Promise<void> {
    // The pauses between pieces keep no process alive.
    const awake = setInterval(() => {}, 60_000);
    await this.#work;
    clearInterval(awake);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  async #run(onKnown: (file: string) => void): Promise<void> {
    let [isNew, savedAt] = [false, performance.now()];
    for (const file of this.#waiting) {
      this.#waiting.delete(file);
      const stamp = stampOf(file);
      const sha256 = await this.#hash(file);
      if (sha256 === undefined || stamp === undefined || stamp !== stampOf(file)) continue;
      this.#known[file] = { stamp, sha256 };
      isNew = true;
      if (performance.now() - savedAt > SAVE_MS) {
        this.#save();
        [isNew, savedAt] = [false, performance.now()];
      }
      onKnown(file);
    }
    if (isNew) this.#save();
  }

  /** Undefined where the file went away, or the work was stopped. */
  async #hash(file: string): Promise<string | undefined> {
    const hash = createHash("sha256");
    const { signal } = this.#stop;
    try {
      for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES, signal })) {
        hash.update(piece as Uint8Array);
        if (this.#restMs > 0) await sleep(this.#restMs, undefined, { signal, ref: false });
      }
      return hash.digest("hex");
    } catch {
      return undefined;
    }
  }

  #save(): void {
    if (this.#file === undefined) return;
    const next = `${this.#file}.${process.pid}.new`;
    try {
      this.refresh();
      writeFileSync(next, JSON.stringify(this.#known));
      renameSync(next, this.#file);
    } catch {
      // A full disk: it is computed again next time.
      rmSync(next, { force: true });
    }
  }
}

/** The first ten digits, as Civitai and A1111 write them into recipes ("AutoV2"). */
export const autoV2 = (sha256: string): string => sha256.slice(0, 10);

function readKnown(file: string | undefined): Record<string, { stamp: string; sha256: string }> {
  try {
    return file !== undefined && existsSync(file) ? v.parse(KNOWN, JSON.parse(readFileSync(file, "utf8"))) : {};
  } catch {
    return {};
  }
}

function stampOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && `${stats.size}:${stats.mtimeMs}`;
}

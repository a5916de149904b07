/**
 * The queue on disk: one SQLite file, written through to the disk before a job is acknowledged. Knows states, not order;
 * queue.ts decides. A lock on the file keeps a second companion out.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import type { Job, JobEnd, JobState } from "./job.ts";

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    pairing TEXT NOT NULL,
    lane TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    request TEXT NOT NULL,
    finished INTEGER,
    ending TEXT
  ) STRICT;
  CREATE INDEX jobs_by_state ON jobs (state, seq);
  CREATE TABLE images (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (job, name)
  ) STRICT;
  CREATE TABLE results (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    png BLOB NOT NULL
  ) STRICT;
`;

/** Well above what `QUEUE_LIMITS` let pile up. */
const MAX_BYTES = 16 * 2 ** 30;
const PAGE_BYTES = 16_384;
/** The write-ahead log is folded into the file when it is longer. */
const WAL_BYTES = 64 * 2 ** 20;

/** SQLite's primary result codes. */
const [BUSY, IO_ERROR, CORRUPT, FULL, NOT_A_DATABASE] = [5, 10, 11, 13, 26];

export interface StoredJob extends Job {
  readonly state: JobState;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of the request and its images: tells a repeated submit from a stolen id. */
  readonly digest: string;
}

export interface FinishedJob {
  readonly id: string;
  readonly state: JobState;
  /** Milliseconds since 1970. */
  readonly finished: number;
  /** Of the stored picture. */
  readonly bytes: number;
}

interface JobRow extends Omit<StoredJob, "request"> {
  readonly request: string;
}

export class Store {
  readonly #db: DatabaseSyncInstance;
  readonly #file: string;

  /**
   * Opens or creates `file`, which grows to `maxBytes` and then counts as a full disk. Throws Problem "data-in-use",
   * "data-damaged" or "disk-full".
   */
  constructor(file: string, { maxBytes = MAX_BYTES } = {}) {
    this.#file = file;
    // SQLite would create it readable for everyone.
    this.#guard(() => closeSync(openSync(file, "a", 0o600)));
    this.#db = this.#guard(() => new DatabaseSync(file));
    try {
      this.#guard(() => this.#prepareFile(maxBytes));
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #prepareFile(maxBytes: number): void {
    // Large pages and rare checkpoints: a 12 MB picture is stored in 45 ms instead of 130.
    this.#db.exec(`PRAGMA page_size=${PAGE_BYTES}; PRAGMA auto_vacuum=incremental; PRAGMA locking_mode=exclusive`);
    this.#db.exec(`PRAGMA journal_mode=wal; PRAGMA wal_autocheckpoint=${Math.ceil(WAL_BYTES / PAGE_BYTES)}`);
    this.#db.exec("PRAGMA synchronous=full; PRAGMA foreign_keys=on; BEGIN IMMEDIATE");
    const { user_version: found } = this.#db.prepare("PRAGMA user_version").get() as { user_version: number };
    if (found > SCHEMA_VERSION)
      throw new Problem(
        "data-damaged",
        `"${this.#file}" was written by a newer Underpaint: update this one, or move the file away.`,
      );
    if (found === 0) this.#db.exec(`${SCHEMA} PRAGMA user_version=${SCHEMA_VERSION};`);
    this.#db.exec("COMMIT; PRAGMA incremental_vacuum");
    this.#db.exec(`PRAGMA max_page_count=${Math.floor(maxBytes / PAGE_BYTES)}`);
  }

  close(): void {
    // Statements that are not collected yet keep the connection half open (sqlite3_close_v2): let go of the lock first. An
    // exclusive lock in WAL mode ends with the mode.
    this.#db.exec("PRAGMA journal_mode=delete; PRAGMA locking_mode=normal; SELECT 1 FROM jobs LIMIT 1");
    this.#db.close();
  }

  /** On disk when it returns. */
  add(job: Job & { digest: string }, images: ReadonlyMap<string, Uint8Array>): void {
    this.#write(() => {
      this.#db
        .prepare("INSERT INTO jobs (id, pairing, lane, digest, state, request) VALUES (?, ?, ?, ?, 'queued', ?)")
        .run(job.id, job.pairing, job.lane, job.digest, JSON.stringify(job.request));
      const insert = this.#db.prepare("INSERT INTO images (job, name, bytes) VALUES (?, ?, ?)");
      for (const [name, bytes] of images) insert.run(job.id, name, bytes);
    });
  }

  find(id: string): StoredJob | undefined {
    return this.#jobs("WHERE id = ?", id)[0];
  }

  /** In order of arrival. */
  inState(state: JobState): StoredJob[] {
    return this.#jobs("WHERE state = ? ORDER BY seq", state);
  }

  ofPairing(pairing: string): string[] {
    return this.#jobs("WHERE pairing = ? ORDER BY seq", pairing).map((job) => job.id);
  }

  imagesOf(id: string): Map<string, Uint8Array> {
    const rows = this.#db.prepare("SELECT name, bytes FROM images WHERE job = ?").all(id);
    return new Map((rows as unknown as { name: string; bytes: Uint8Array }[]).map(({ name, bytes }) => [name, bytes]));
  }

  /** The job belongs to another pairing from now on. */
  give(id: string, pairing: string): void {
    this.#write(() => this.#db.prepare("UPDATE jobs SET pairing = ? WHERE id = ?").run(pairing, id));
  }

  /** An attempt starts, and counts from now on. */
  begin(id: string): void {
    this.#write(() =>
      this.#db.prepare("UPDATE jobs SET state = 'running', attempts = attempts + 1 WHERE id = ?").run(id),
    );
  }

  /** The attempt broke off: the job waits again, with `attempts` behind it. */
  requeue(id: string, attempts: number): void {
    this.#write(() =>
      this.#db.prepare("UPDATE jobs SET state = 'queued', attempts = ? WHERE id = ?").run(attempts, id),
    );
  }

  /** Stores how the job ended; its images are not needed any more. `now`: milliseconds since 1970. */
  finish(id: string, end: JobEnd, now: number): void {
    const png = end.state === "done" ? end.result.png : undefined;
    const ending = end.state === "done" ? { ...end.result, png: undefined } : end.state === "failed" ? end.problem : {};
    this.#write(() => {
      this.#db
        .prepare("UPDATE jobs SET state = ?, finished = ?, ending = ? WHERE id = ?")
        .run(end.state, now, JSON.stringify(ending), id);
      this.#db.prepare("DELETE FROM images WHERE job = ?").run(id);
      this.#db.prepare("DELETE FROM results WHERE job = ?").run(id);
      if (png !== undefined) this.#db.prepare("INSERT INTO results (job, png) VALUES (?, ?)").run(id, png);
    });
  }

  /** How a finished job ended; undefined for a job that has not. */
  endOf(id: string): JobEnd | undefined {
    const row = this.#db
      .prepare("SELECT state, ending, png FROM jobs LEFT JOIN results ON job = id WHERE id = ? AND ending IS NOT NULL")
      .get(id) as { state: JobEnd["state"]; ending: string; png: Uint8Array } | undefined;
    if (row === undefined) return undefined;
    const ending = JSON.parse(row.ending);
    if (row.state === "done") return { state: "done", result: { ...ending, png: row.png } };
    return row.state === "failed" ? { state: "failed", problem: ending as ProblemData } : { state: "cancelled" };
  }

  /** Finished jobs that nobody acknowledged, longest finished first. */
  finished(): FinishedJob[] {
    return this.#db
      .prepare(
        `SELECT id, state, finished, COALESCE(LENGTH(png), 0) AS bytes FROM jobs LEFT JOIN results ON job = id
         WHERE finished IS NOT NULL ORDER BY finished, seq`,
      )
      .all() as unknown as FinishedJob[];
  }

  forget(id: string): void {
    this.#write(() => this.#db.prepare("DELETE FROM jobs WHERE id = ?").run(id));
  }

  #jobs(where: string, value: string): StoredJob[] {
    const rows = this.#db
      .prepare(`SELECT id, pairing, lane, digest, state, attempts, request FROM jobs ${where}`)
      .all(value) as unknown as JobRow[];
    return rows.map((row) => ({ ...row, request: JSON.parse(row.request) as GenerateRequest }));
  }

  /** All of `body` reaches the disk, or nothing does. */
  #write(body: () => void): void {
    this.#guard(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        body();
        this.#db.exec("COMMIT");
      } catch (error) {
        // A full disk has often rolled back already.
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** What SQLite throws, as a Problem. */
  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      const { errcode, code } = error as { errcode?: number; code?: string };
      const primary = errcode === undefined ? undefined : errcode & 0xff;
      if (primary === FULL || primary === IO_ERROR || code === "ENOSPC")
        throw new Problem("disk-full", `The disk of "${this.#file}" is full: free some space.`, { cause: error });
      if (primary === BUSY)
        throw new Problem("data-in-use", `Another companion uses "${this.#file}": stop that one first.`);
      if (primary === CORRUPT || primary === NOT_A_DATABASE)
        throw new Problem("data-damaged", `"${this.#file}" is damaged: move it away and start again.`, {
          cause: error,
        });
      throw error;
    }
  }
}

/** One SQLite file of ours: written through to the disk, locked against a second companion, and usable on a full disk. */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from "@photostructure/sqlite";
import { Problem } from "../../shared/problem.ts";
import { diskProblem } from "./disk-problem.ts";
import { LogSync } from "./log-sync.ts";

export interface DatabaseOptions {
  readonly schema: string;
  /** What turns a file of version 1 into one of version 2, and so on. */
  readonly upgrades?: readonly string[];
  readonly version: number;
  /** The file counts as a full disk beyond. */
  readonly maxBytes: number;
  /** "read-only": nothing is written to the disk; `write` throws "disk-full". */
  readonly mode: "writable" | "read-only";
}

export type Value = string | number | null | Uint8Array;

export type Durability = "through" | "soon" | "later";

const PAGE_BYTES = 4096;
/** The write-ahead log is folded into the file when it is longer than the first, and cut to the second. */
const [WAL_BYTES, MAX_WAL_BYTES] = [2 ** 20, 1.5 * 2 ** 20];
/** Free pages that the file may keep. */
const FREE_PAGES = 64;

export class Database {
  readonly #db: DatabaseSyncInstance;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSyncInstance>();
  readonly mode: DatabaseOptions["mode"];
  readonly #logSync: LogSync;

  /** Opens or creates `file`. Throws Problem "data-in-use", "data-damaged", "data-newer", "disk-full" or "data-not-writable". */
  constructor(file: string, options: DatabaseOptions) {
    this.#file = file;
    this.#logSync = new LogSync(`${file}-wal`);
    this.mode = options.mode;
    const writable = options.mode === "writable";
    // SQLite would create it readable for everyone.
    if (writable) this.#guard(() => closeSync(openSync(file, "a", 0o600)));
    this.#db = this.#guard(() => new DatabaseSync(file, { readOnly: !writable }));
    try {
      this.#guard(() => this.#prepare(options));
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #prepare({ schema, upgrades = [], version, maxBytes, mode }: DatabaseOptions): void {
    if (mode === "read-only") {
      this.#db.exec("PRAGMA locking_mode=exclusive; SELECT 1 FROM sqlite_schema LIMIT 1");
      this.#check();
      // Made on a full disk, or of an earlier version: it takes room to read it.
      if (this.#version() < version) throw diskProblem({ code: "ENOSPC", syscall: "write" }, this.#file);
      return;
    }
    this.#db.exec("PRAGMA locking_mode=exclusive");
    this.#check();
    const found = this.#version();
    if (found > version)
      throw new Problem(
        "data-newer",
        `"${this.#file}" was written by a newer Underpaint: update this one, or move the file away.`,
      );
    if (found === 0) this.#db.exec(`PRAGMA page_size=${PAGE_BYTES}; PRAGMA auto_vacuum=incremental`);
    this.#db.exec(`PRAGMA journal_mode=wal; PRAGMA wal_autocheckpoint=${WAL_BYTES / PAGE_BYTES}`);
    // https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode, "normal" does not wait for the disk, and stays consistent:
    // only what is folded into the file is brought to the disk before.
    this.#db.exec(`PRAGMA journal_size_limit=${MAX_WAL_BYTES}; PRAGMA synchronous=normal; PRAGMA foreign_keys=on`);
    this.#db.exec("BEGIN IMMEDIATE");
    const changes = found === 0 ? [schema] : upgrades.slice(found - 1);
    if (changes.length > 0) this.#db.exec(`${changes.join("")} PRAGMA user_version=${version};`);
    this.#db.exec(`COMMIT; PRAGMA max_page_count=${Math.floor(maxBytes / PAGE_BYTES)}`);
  }

  #version(): number {
    return this.#pragma("user_version") as number;
  }

  /** Damage is found before anything is built on it. */
  #check(): void {
    const found = this.#pragma("quick_check");
    if (found !== "ok") throw new Problem("data-damaged", `"${this.#file}" is damaged (${found}).`);
  }

  /** Its first answer. By `exec`: a prepared statement would keep the file locked after `close`, until it is collected. */
  #pragma(name: "user_version" | "quick_check"): unknown {
    let found: unknown;
    this.#db.function("tell", (value: unknown) => {
      found ??= value;
      return null;
    });
    this.#db.exec(`SELECT tell(${name}) FROM pragma_${name}`);
    return found;
  }

  get<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#guard(() => this.#statement(sql).get(...values)) as T | undefined;
  }

  all<T>(sql: string, ...values: Value[]): T[] {
    return this.#guard(() => this.#statement(sql).all(...values)) as T[];
  }

  /** Within `write`. */
  run(sql: string, ...values: Value[]): void {
    this.#statement(sql).run(...values);
  }

  /**
   * All of `body` is written, or nothing is. "through": it is on the disk when this returns; "soon": some milliseconds later;
   * "later": with the next that goes there. A kill undoes none of them, a power cut what is not on the disk. Throws Problem
   * "disk-full", "data-damaged", "data-not-writable"; where a disk that fails does not confirm what it was given, it may be there.
   */
  write(body: () => void, durability: Durability = "through"): void {
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
      if (durability === "through") this.#logSync.now();
      else if (durability === "soon") this.#logSync.soon();
    });
  }

  /** Gives back to the file system what was deleted. */
  shrink(): void {
    const free = this.get<{ freelist_count: number }>("PRAGMA freelist_count")!.freelist_count;
    if (free > FREE_PAGES) this.#guard(() => this.#db.exec("PRAGMA incremental_vacuum"));
  }

  /**
   * Folds the write-ahead log into the file, and lets go of the lock. To be called before `close`: statements that are not collected
   * yet keep the connection half open (sqlite3_close_v2). Throws Problem "disk-full".
   */
  unlock(): void {
    this.#logSync.stop();
    this.#statements.clear();
    this.#guard(() => {
      // An exclusive lock in WAL mode ends with the mode.
      if (this.mode === "writable") this.#db.exec("PRAGMA journal_mode=delete");
      this.#db.exec("PRAGMA locking_mode=normal; SELECT 1 FROM jobs LIMIT 1");
    });
  }

  close(): void {
    this.#logSync.stop();
    this.#db.close();
  }

  #statement(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  /** What SQLite and the file system throw, as a Problem. */
  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw diskProblem(error, this.#file);
    }
  }
}

/** The ledger's folder: a database for what is small, pictures as files, and some room in reserve for a full disk. */
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { putAside } from "./aside.ts";
import { Blobs } from "./blobs.ts";
import { Database, type Durability, type Value } from "./database.ts";
import { diskProblem, fullOf, isFull } from "./disk-problem.ts";
import type { Sha256 } from "./job-queue.ts";
import { repair } from "./repair.ts";
import { Reserve } from "./reserve.ts";
import { SCHEMA, SCHEMA_VERSION, UPGRADES } from "./schema.ts";
import { sha256 } from "./sha256.ts";

export interface DiskOptions {
  /** Of the database. */
  readonly maxBytes?: number;
  /** Kept for a full disk. */
  readonly reserveBytes?: number;
  readonly log?: (line: string) => void;
}

export interface WriteOptions {
  readonly room?: "free" | "spare";
  readonly durability?: Durability;
}

/** Well above what the limits let pile up: rows are small. */
const MAX_BYTES = 2 ** 30;
const RESERVE_BYTES = 16 * 2 ** 20;
/** Pictures up to here stand in the database: a file of its own would take longer to be through to the disk. */
const SMALL_BYTES = 16 * 1024;
const [LEDGER, BLOBS] = ["ledger.sqlite", "blobs"];

export class Disk {
  readonly #folder: string;
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #blobs: Blobs;
  readonly #reserve: Reserve;
  readonly #log: (line: string) => void;
  #database: Database | undefined;
  /** False while there was no room to put in order what an earlier companion left: nothing is written before. */
  #settled = false;

  /**
   * Opens or creates what is in `folder`; where the disk is too full to write, for reading only. What is damaged is put aside,
   * and said. Throws Problem "data-in-use", "data-newer", "data-not-writable" or "disk-full".
   */
  constructor(
    folder: string,
    { maxBytes = MAX_BYTES, reserveBytes = RESERVE_BYTES, log = () => {} }: DiskOptions = {},
  ) {
    this.#folder = folder;
    this.#file = path.join(folder, LEDGER);
    this.#maxBytes = maxBytes;
    this.#log = log;
    this.#reserve = new Reserve(path.join(folder, "reserve"), reserveBytes);
    this.#guard(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    this.#blobs = new Blobs(path.join(folder, BLOBS));
    this.#guard(() => this.#blobs.makeFolder());
    this.#putLostAside();
    try {
      this.#database = this.#open();
    } catch (error) {
      if (Problem.from(error).code !== "data-damaged") throw error;
      this.#putAside(`The list of jobs ("${this.#file}") is damaged`);
    }
    try {
      if (!this.tryWriting()) log(this.#full().message);
    } catch (error) {
      if (!isFull(error)) throw error;
      log(this.#full().message);
    }
  }

  get isReadOnly(): boolean {
    return !this.#settled;
  }

  /** What was opened for reading only can be written from now on, where there is room by now. Whether it can. */
  tryWriting(): boolean {
    if (this.#settled) return true;
    if (this.#database?.mode === "read-only") {
      const database = this.#database;
      database.unlock();
      this.#database = undefined;
      database.close();
    }
    if (this.#db.mode === "writable") this.#settle();
    return this.#settled;
  }

  /** `last` is still written, where there is room. What was written before lasts without it, and is folded in at the next start. */
  close(last: () => void): void {
    try {
      if (!this.isReadOnly) this.write(last, { room: "spare" });
      this.#withSpare(() => this.#db.unlock());
    } catch (error) {
      this.#log(Problem.from(error).message);
    } finally {
      this.#database?.close();
    }
  }

  get<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#db.get<T>(sql, ...values);
  }

  all<T>(sql: string, ...values: Value[]): T[] {
    return this.#db.all<T>(sql, ...values);
  }

  /** Within the body of `write`. */
  run(sql: string, ...values: Value[]): void {
    this.#db.run(sql, ...values);
  }

  /**
   * All of `body` is written, or nothing is. `room` "spare": what gets jobs out of the way may use the reserve's. `durability`: as
   * `Database.write` has it. Throws Problem "disk-full", "data-damaged".
   */
  write(body: () => void, { room = "free", durability = "through" }: WriteOptions = {}): void {
    if (this.isReadOnly) throw this.#full();
    const write = () => this.#db.write(body, durability);
    try {
      if (room === "free") write();
      else this.#withSpare(write);
    } catch (error) {
      throw isFull(error) ? this.#full(error) : error;
    }
  }

  /** Once more with the reserve's room, where there was too little. */
  #withSpare(body: () => void): void {
    try {
      body();
    } catch (error) {
      if (!isFull(error) || !this.#reserve.release()) throw error;
      body();
    }
  }

  /** Undefined where it is gone, or is not what it was. */
  picture(hash: Sha256): Uint8Array | undefined {
    const row = this.get<{ content: Uint8Array | null }>("SELECT content FROM blobs WHERE hash = ?", hash);
    if (row?.content) return sha256(row.content) === hash ? new Uint8Array(row.content) : undefined;
    return this.#guard(() => this.#blobs.get(hash));
  }

  /** As `picture`, while others are heard on this thread. */
  async pictureInTurns(hash: Sha256): Promise<Uint8Array | undefined> {
    return this.#hasFile(hash) ? this.#blobs.read(hash) : this.picture(hash);
  }

  /** Takes large pictures to the disk before `put` stores them, while others are heard on this thread. */
  async bring(pictures: ReadonlyMap<Sha256, Uint8Array>): Promise<void> {
    if (this.isReadOnly) return;
    const large = [...pictures].filter(([, bytes]) => bytes.length > SMALL_BYTES);
    // What fails here, `put` tries again and says.
    for (const [hash, bytes] of large) await this.#blobs.bring(hash, bytes).catch(() => {});
  }

  /** Deletes what was brought, and is named by no job. */
  letGo(hashes: Iterable<Sha256>): void {
    for (const hash of hashes) if (this.#users(hash) === 0) this.#blobs.remove(hash);
  }

  /**
   * Stores pictures, and the rows that `body` writes within the same `write`. A companion that dies in between leaves files that
   * nobody names. Throws Problem "disk-full".
   */
  put(pictures: ReadonlyMap<Sha256, Uint8Array>, body: () => void, options?: WriteOptions): void {
    const large = [...pictures].filter(([, bytes]) => bytes.length > SMALL_BYTES);
    try {
      for (const [hash, bytes] of large) this.#guard(() => this.#blobs.put(hash, bytes));
      this.write(() => {
        for (const [hash, bytes] of pictures)
          this.run(
            "INSERT INTO blobs (hash, bytes, content) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET content = excluded.content",
            ...[hash, bytes.length, bytes.length > SMALL_BYTES ? null : bytes],
          );
        body();
      }, options);
    } catch (error) {
      this.letGo(large.map(([hash]) => hash));
      throw isFull(error) ? this.#full(error) : error;
    }
  }

  /**
   * `body` lets go of these pictures: those that no job names then are deleted, and room that the database does not need is given
   * back. A companion that dies in between leaves files that nobody names. Soon on the disk; at once where pictures have files,
   * which must not be gone before their names are.
   */
  drop(pictures: readonly Sha256[], body: () => void = () => {}): void {
    let unused: Sha256[] = [];
    const durability = pictures.some((hash) => this.#hasFile(hash)) ? "through" : "soon";
    this.write(
      () => {
        body();
        unused = [...new Set(pictures)].filter((hash) => this.#users(hash) === 0);
        for (const hash of unused) this.run("DELETE FROM blobs WHERE hash = ?", hash);
      },
      { room: "spare", durability },
    );
    for (const hash of unused) this.#blobs.remove(hash);
    this.#db.shrink();
    if (unused.length > 0) this.#reserve.fill();
  }

  /** Makes writing possible by deleting pictures of which only one job knows, which is about to be forgotten. */
  sacrifice(pictures: readonly Sha256[]): void {
    for (const hash of pictures) if (this.#users(hash) === 1) this.#blobs.remove(hash);
    if (!this.tryWriting()) throw this.#full();
  }

  /** Opened anew where the last attempt to do so failed. Throws as `#open` does. */
  get #db(): Database {
    this.#database ??= this.#open();
    return this.#database;
  }

  /** Writable, with the reserve's room if need be; or else for reading. */
  #open(): Database {
    const options = { schema: SCHEMA, upgrades: UPGRADES, version: SCHEMA_VERSION, maxBytes: this.#maxBytes };
    const open = (mode: "writable" | "read-only") => new Database(this.#file, { ...options, mode });
    const ways = [
      () => open("writable"),
      () => (this.#reserve.release() ? open("writable") : undefined),
      () => open("read-only"),
    ];
    let full: unknown;
    for (const way of ways) {
      try {
        const database = way();
        if (database) return database;
      } catch (error) {
        if (!isFull(error)) throw error;
        full ??= error;
      }
    }
    throw full;
  }

  /** Puts in order what a companion that died left behind. Throws Problem "disk-full". */
  #settle(): void {
    let damaged = 0;
    this.#withSpare(() =>
      this.#db.write(() => {
        damaged = repair(this);
      }),
    );
    if (damaged > 0) this.#log(`Damaged jobs in "${this.#file}", which are put aside: ${damaged}. The others go on.`);
    this.#blobs.sweep(new Set(this.all<{ hash: string }>("SELECT hash FROM refs").map(({ hash }) => hash)));
    this.#reserve.fill();
    this.#settled = true;
  }

  /** A list that is gone or empty, beside pictures or a write-ahead log that belonged to it. */
  #putLostAside(): void {
    const found = statSync(this.#file, { throwIfNoEntry: false });
    if (found && found.size > 0) return;
    const log = statSync(`${this.#file}-wal`, { throwIfNoEntry: false });
    if (this.#blobs.list().length > 0 || log?.size)
      this.#putAside(`The list of jobs ("${this.#file}") is gone or empty`);
    else if (found) this.#log(`The list of jobs ("${this.#file}") was empty: what was waiting in it is lost.`);
  }

  /** Nothing of it is deleted: a person may want to look at it. */
  #putAside(what: string): void {
    const pictures = this.#blobs.list().length;
    const aside = this.#guard(() => putAside(this.#folder, [LEDGER, `${LEDGER}-wal`, `${LEDGER}-journal`, BLOBS]));
    this.#guard(() => this.#blobs.makeFolder());
    this.#log(
      `${what}, and with it what was waiting: what is left of it and the ${pictures} pictures that belonged to it are now in "${aside}". Underpaint goes on with an empty list.`,
    );
  }

  #hasFile(hash: Sha256): boolean {
    return this.get("SELECT 1 FROM blobs WHERE hash = ? AND content IS NULL", hash) !== undefined;
  }

  #users(hash: Sha256): number {
    return this.get<{ users: number }>("SELECT COUNT(*) AS users FROM refs WHERE hash = ?", hash)!.users;
  }

  #full(cause?: unknown): Problem {
    const { bytes } = this.get<{ bytes: number }>("SELECT COALESCE(SUM(bytes), 0) AS bytes FROM blobs")!;
    return fullOf(this.#folder, bytes, cause);
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw diskProblem(error, this.#file);
    }
  }
}

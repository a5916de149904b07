/**
 * The queue on disk: what was asked, how far it is and how it ended, in one SQLite file; the pictures beside it, by content.
 * Knows states, not order, workers or listeners. What cannot be read any more never stands in the way of the rest.
 */
import type { JobEnd } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { Disk, type DiskOptions } from "./disk.ts";
import { unreadable } from "./endings.ts";
import type { NewJob, Sha256 } from "./job-queue.ts";
import { sha256, sha256InTurns } from "./sha256.ts";
import { type JobContent, readContent, readEnd, writeContent, writeEnd } from "./stored.ts";

/** queued → running → done | failed | cancelled; running → queued when an attempt broke off. */
export type JobState = "queued" | "running" | JobEnd["state"];

export interface JobRow {
  readonly seq: number;
  readonly id: string;
  readonly owner: string;
  readonly state: JobState;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of the task and its images: tells a repeated submit from a stolen id. */
  readonly digest: string;
  /** Whom it counts for in the fair share. */
  readonly person: string;
  readonly batch: boolean;
}

export interface FinishedRow {
  readonly id: string;
  readonly state: JobEnd["state"];
  /** When its owner was first there to fetch it, by the ledger's clock. Null: never yet. */
  readonly offered: number | null;
}

export interface LedgerOptions extends DiskOptions {
  /** Milliseconds from any start, that pass while this machine works. */
  readonly now?: () => number;
}

/** What of the content the order depends on. A damaged one has neither. */
const OF_CONTENT = (name: string) => `CASE WHEN json_valid(content) THEN json_extract(content, '$.${name}') END`;
const ROW = `SELECT seq, id, owner, state, attempts, digest, COALESCE(${OF_CONTENT("person")}, owner) AS person,
  COALESCE(${OF_CONTENT("batch")}, 0) AS batch FROM jobs`;

/** SQLite has no booleans. */
const withKind = (row: JobRow): JobRow => ({ ...row, batch: Boolean(row.batch) });

export class Ledger {
  readonly #disk: Disk;
  readonly #now: () => number;
  /** What the clock showed when it was opened, less `now` at that time. */
  readonly #clockOffset: number;
  #closed = false;

  /** Opens or creates the ledger in `folder`. Throws Problem "data-in-use", "data-newer", "data-not-writable" or "disk-full". */
  constructor(folder: string, { now = () => performance.now(), ...options }: LedgerOptions = {}) {
    this.#disk = new Disk(folder, options);
    this.#now = now;
    const stored = this.#disk.get<{ value: number }>("SELECT value FROM meta WHERE name = 'clock'")?.value ?? 0;
    this.#clockOffset = stored - now();
  }

  /** Milliseconds that companions have run with this ledger. No clock on the wall moves it. */
  clock(): number {
    return Math.round(this.#now() + this.#clockOffset);
  }

  close(): void {
    this.#closed = true;
    this.#disk.close(() => this.#saveClock());
  }

  /**
   * All jobs, with those of `images` that they name, are on disk when it returns; where all are fleeting, which a power cut ends
   * anyway, soon. Throws Problem "disk-full".
   */
  add(jobs: readonly (NewJob & { readonly digest: string })[], images: ReadonlyMap<Sha256, Uint8Array>): void {
    const named = new Set(jobs.flatMap((job) => Object.values(job.images)));
    const write = () => {
      for (const { id, owner, digest, images: named, ...job } of jobs) {
        const content = writeContent(job);
        this.#disk.run(
          "INSERT INTO jobs (id, owner, digest, state, content) VALUES (?, ?, ?, 'queued', ?)",
          ...[id, owner, digest, content],
        );
        for (const [name, hash] of Object.entries(named)) this.#refer(id, `in/${name}`, hash);
      }
    };
    const durability = jobs.every(({ fleeting }) => fleeting) ? "soon" : "through";
    this.#disk.put(new Map([...images].filter(([hash]) => named.has(hash))), write, { durability });
  }

  /** Jobs of use only to those who submitted them to an earlier companion. A damaged one is none. */
  fleeting(): string[] {
    return this.#disk.all<{ id: string }>(`SELECT id FROM jobs WHERE ${OF_CONTENT("fleeting")}`).map(({ id }) => id);
  }

  find(id: string): JobRow | undefined {
    const row = this.#disk.get<JobRow>(`${ROW} WHERE id = ?`, id);
    return row && withKind(row);
  }

  /** In order of arrival. */
  inState(state: JobState): JobRow[] {
    return this.#disk.all<JobRow>(`${ROW} WHERE state = ? ORDER BY seq`, state).map(withKind);
  }

  /** In order of arrival. */
  ofOwner(owner: string): string[] {
    return this.#disk
      .all<{ id: string }>("SELECT id FROM jobs WHERE owner = ? ORDER BY seq", owner)
      .map(({ id }) => id);
  }

  /** Whether an image is kept for a job of this owner. */
  holds(owner: string, hash: Sha256): boolean {
    const sql =
      "SELECT 1 FROM refs JOIN jobs ON jobs.id = refs.job WHERE refs.hash = ? AND jobs.owner = ? AND name LIKE 'in/%'";
    return this.#disk.get(`${sql} LIMIT 1`, hash, owner) !== undefined;
  }

  /** Throws Problem "data-damaged". */
  content(id: string): JobContent {
    const row = this.#disk.get<{ content: string }>("SELECT content FROM jobs WHERE id = ?", id);
    try {
      return readContent(row?.content ?? "");
    } catch (error) {
      throw unreadable(id, `its description: ${(error as Error).message}`);
    }
  }

  /** The task's images by the names that it calls them, while others are heard. Rejects with Problem "data-damaged". */
  async images(id: string): Promise<Map<string, Uint8Array>> {
    const images = new Map<string, Uint8Array>();
    for (const [name, hash] of this.#refs(id, "in/")) {
      const bytes = await this.#disk.pictureInTurns(hash);
      if (bytes === undefined) throw unreadable(id, `its image "${name}"`);
      images.set(name, bytes);
    }
    return images;
  }

  /**
   * Takes pictures to the disk for an `add` or a `finish` that follows, while others are heard. Resolves to how to delete those
   * that no job names afterwards.
   */
  async bring(pictures: Iterable<Uint8Array>): Promise<() => void> {
    const named = new Map<Sha256, Uint8Array>();
    for (const bytes of pictures) named.set(await sha256InTurns(bytes), bytes);
    if (!this.#closed) await this.#disk.bring(named);
    return () => {
      if (!this.#closed) this.#disk.letGo(named.keys());
    };
  }

  /** The job belongs to another owner from now on. */
  give(id: string, owner: string): void {
    this.#disk.write(() => this.#disk.run("UPDATE jobs SET owner = ? WHERE id = ?", owner, id), { room: "spare" });
  }

  /** An attempt starts, and counts from now on. */
  begin(id: string): void {
    this.#disk.write(
      () => this.#disk.run("UPDATE jobs SET state = 'running', attempts = attempts + 1 WHERE id = ?", id),
      { durability: "later" },
    );
  }

  /** The job waits again, with `attempts` behind it. */
  requeue(id: string, attempts: number): void {
    this.#disk.write(
      () => this.#disk.run("UPDATE jobs SET state = 'queued', attempts = ? WHERE id = ?", attempts, id),
      { room: "spare", durability: "later" },
    );
  }

  /**
   * Stores how the job ended. `offered`: its owner is there to fetch it. Soon on the disk: a job whose end a power cut undoes runs
   * again, and makes the same picture.
   */
  finish(id: string, end: JobEnd, { offered }: { readonly offered: boolean }): void {
    const attachments = end.state === "done" ? end.result.attachments : [];
    const hashed = attachments.map(({ bytes, ...info }) => ({ bytes, info, hash: sha256(bytes) }));
    const dropped = this.#refs(id, "out/").map(([, hash]) => hash);
    this.#disk.put(
      new Map(hashed.map(({ hash, bytes }) => [hash, bytes])),
      () => {
        const now = this.clock();
        this.#disk.run(
          "UPDATE jobs SET state = ?, finished = ?, offered = ?, ending = ? WHERE id = ?",
          ...[end.state, now, offered ? now : null, writeEnd(end), id],
        );
        this.#disk.run("DELETE FROM refs WHERE job = ? AND name LIKE 'out/%'", id);
        for (const { hash, info } of hashed) this.#refer(id, `out/${info.name}`, hash);
        this.#saveClock();
      },
      { room: "spare", durability: "soon" },
    );
    if (dropped.length > 0) this.#disk.drop(dropped);
  }

  /** How a finished job ended; undefined for one that has not. What is damaged has failed. */
  endOf(id: string): JobEnd | undefined {
    const row = this.#disk.get<{ state: JobState; ending: string | null }>(
      "SELECT state, ending FROM jobs WHERE id = ?",
      id,
    );
    if (row === undefined || row.state === "queued" || row.state === "running") return undefined;
    try {
      const end = readEnd(row.state, row.ending ?? "");
      if (end.state !== "done") return end;
      const hashes = new Map(this.#refs(id, "out/"));
      const attachments = end.result.attachments.map((info) => {
        const bytes = this.#disk.picture(hashes.get(info.name) ?? "");
        if (bytes === undefined) throw unreadable(id, "its picture");
        return { ...info, bytes };
      });
      return { state: "done", result: { ...end.result, attachments } };
    } catch (error) {
      const problem = error instanceof Problem ? error : unreadable(id, "its end");
      return { state: "failed", problem: problem.toJSON() };
    }
  }

  /** The owner is there: what has ended can be fetched from now on. */
  offer(owner: string): void {
    if (this.#disk.isReadOnly) return;
    const sql = "UPDATE jobs SET offered = ? WHERE owner = ? AND finished IS NOT NULL AND offered IS NULL";
    this.#disk.write(() => this.#disk.run(sql, this.clock(), owner), { durability: "later" });
  }

  /** Ended, and not acknowledged; longest offered first, never offered last. */
  finished(): FinishedRow[] {
    return this.#disk.all(
      "SELECT id, state, offered FROM jobs WHERE finished IS NOT NULL ORDER BY offered IS NULL, offered, finished, seq",
    );
  }

  /** When the first of these was offered, by the ledger's clock. */
  oldestOffer(): number | undefined {
    return this.#disk.get<{ oldest: number | null }>("SELECT MIN(offered) AS oldest FROM jobs")?.oldest ?? undefined;
  }

  /** Bytes of pictures that are kept for jobs which have ended. */
  finishedBytes(): number {
    const hashes = "SELECT hash FROM refs JOIN jobs ON jobs.id = refs.job WHERE finished IS NOT NULL";
    return this.#disk.get<{ bytes: number }>(
      `SELECT COALESCE(SUM(bytes), 0) AS bytes FROM blobs WHERE hash IN (${hashes})`,
    )!.bytes;
  }

  /** Opens for writing what was opened for reading only, where there is room by now. */
  tryWriting(): boolean {
    return this.#disk.tryWriting();
  }

  /** Of all pictures. */
  keptBytes(): number {
    return this.#disk.get<{ bytes: number }>("SELECT COALESCE(SUM(bytes), 0) AS bytes FROM blobs")!.bytes;
  }

  /** A job that has ended needs its images no more, unless others are to be sent with them. */
  dropImages(id: string): void {
    const hashes = this.#refs(id, "in/").map(([, hash]) => hash);
    this.#disk.drop(hashes, () => this.#disk.run("DELETE FROM refs WHERE job = ? AND name LIKE 'in/%'", id));
  }

  /** Throws Problem "disk-full" where even that is too much; the picture's room is free all the same. */
  forget(id: string): void {
    const hashes = this.#refs(id, "").map(([, hash]) => hash);
    if (this.#disk.isReadOnly) this.#disk.sacrifice(hashes);
    this.#disk.drop(hashes, () => this.#disk.run("DELETE FROM jobs WHERE id = ?", id));
  }

  #refs(id: string, prefix: "in/" | "out/" | ""): [name: string, hash: Sha256][] {
    const rows = this.#disk.all<{ name: string; hash: Sha256 }>("SELECT name, hash FROM refs WHERE job = ?", id);
    return rows.flatMap(({ name, hash }) => (name.startsWith(prefix) ? [[name.slice(prefix.length), hash]] : []));
  }

  /** Within `write`. */
  #refer(id: string, name: string, hash: Sha256): void {
    this.#disk.run("INSERT INTO refs (job, name, hash) VALUES (?, ?, ?)", id, name, hash);
  }

  #saveClock(): void {
    this.#disk.run("INSERT OR REPLACE INTO meta (name, value) VALUES ('clock', ?)", this.clock());
  }
}

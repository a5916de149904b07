/**
 * What the studio's queue keeps in Redis beside BullMQ's own: what was asked, whose turn it is and how it ended; images and
 * results by content, for a while. Everything that comes out of it is doubted. See lua.ts for the keys.
 */
import type { Redis } from "ioredis";
import * as v from "valibot";
import type { JobEnd } from "../../../shared/job.ts";
import { Problem } from "../../../shared/problem.ts";
import { expired, unreadable } from "../endings.ts";
import { newJobs } from "../intake.ts";
import type { ModelName, NewJob, Sha256 } from "../job-queue.ts";
import { QUEUE_LIMITS } from "../limits.ts";
import { sha256 } from "../sha256.ts";
import { type JobContent, readContent, readEnd, writeContent, writeEnd } from "../stored.ts";
import { SCRIPTS } from "./lua.ts";
import { redisProblem } from "./redis.ts";
import { putAside, readBlob } from "./redis-blobs.ts";

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const pairs = v.array(v.tuple([v.pipe(v.string(), v.maxLength(1000)), hash]));
const stateSchema = v.picklist(["queued", "picked", "running", "done", "failed", "cancelled"]);

export type StoredState = v.InferOutput<typeof stateSchema>;

export interface Begun extends JobContent {
  readonly attempt: number;
  /** By the names that the task calls them. */
  readonly images: readonly (readonly [name: string, hash: Sha256])[];
}

/** Who may end a job: whoever holds it, its owner, or anyone as long as it stands as is said. */
export type EndedBy = { readonly holder: string } | { readonly owner: string } | { readonly state: StoredState };

export interface WaitingRow {
  readonly id: string;
  readonly person: string;
  readonly batch: boolean;
  readonly needs: readonly string[];
}

/** What a worker must have for a job: the model's content where it is known, else what the library calls it. */
export const needOf = ({ id, digest }: ModelName): string => digest ?? id;

export class RedisStore {
  readonly redis: Redis;
  readonly prefix: string;
  /** Results and images that nobody fetched, milliseconds. */
  readonly #keptMs: number;

  constructor(redis: Redis, { prefix, keptMs }: { readonly prefix: string; readonly keptMs: number }) {
    this.redis = redis;
    this.prefix = prefix;
    this.#keptMs = keptMs;
  }

  /** All jobs or none. Which ids are new, or which images are missing. Throws Problem "request-invalid", "queue-full". */
  async admit(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>, limit: number) {
    const rows = newJobs(jobs, () => undefined).map((job) => ({
      ...{ id: job.id, owner: job.owner, person: job.person ?? job.owner, batch: job.batch ? 1 : 0 },
      ...{ digest: job.digest, needs: job.models.map(needOf), content: writeContent(job) },
      images: Object.entries(job.images),
    }));
    const aside = await this.#putAside([...images.values()]);
    const given = [JSON.stringify([...images.keys()]), limit, this.#keptMs, ...aside];
    const [what, ...rest] = (await this.#list("ADMIT", JSON.stringify(rows), ...given)).map(String);
    if (what !== "ok") await this.#drop(aside);
    if (what === "taken")
      throw new Problem("request-invalid", `Cannot use the job's id as another job has it: received "${rest[0]}".`);
    if (what === "full")
      throw new Problem("queue-full", `${rest[0]} pictures are waiting already: let some finish or cancel them first.`);
    return what === "missing" ? { missing: [...new Set(rest)], fresh: [] } : { missing: [], fresh: rest };
  }

  /** The job whose turn it is for this worker, or when to look again. */
  async pick(worker: string, patienceMs: number): Promise<{ readonly id?: string; readonly againMs?: number }> {
    const [id, again] = await this.#list("PICK", worker, Date.now(), patienceMs);
    if (String(id) !== "") return { id: String(id) };
    return Number(again) < 0 ? {} : { againMs: Number(again) };
  }

  /** "gone": it has ended. "spent": it was begun too often. Rejects with Problem "data-damaged" where it can't be read. */
  async begin(id: string, holder: string): Promise<Begun | "gone" | "spent"> {
    const begun = await this.#list("BEGIN", id, holder, Date.now(), QUEUE_LIMITS.attempts);
    const [what, attempt, content, images] = begun;
    if (String(what) !== "begun") return String(what) === "spent" ? "spent" : "gone";
    try {
      const named = v.parse(pairs, JSON.parse(String(images)));
      return { ...readContent(String(content)), attempt: Number(attempt), images: named };
    } catch (error) {
      throw unreadable(id, `its description: ${(error as Error).message}`);
    }
  }

  /**
   * The job waits again, `takeBack` of its attempts not counted. "spent": it was begun too often for that; "lost": it is not in
   * this worker's hands any more. Without `holder`: whoever has it.
   */
  async requeue(id: string, { holder = "", takeBack = 0 }: { holder?: string; takeBack?: number }) {
    const answer = await this.#run("REQUEUE", [id, holder, takeBack, QUEUE_LIMITS.attempts]);
    return v.parse(v.picklist(["queued", "spent", "lost"]), answer);
  }

  /** Stores the first end that comes from whoever may end it; false for any other. */
  async finish(id: string, by: EndedBy, end: JobEnd): Promise<boolean> {
    const attachments = end.state === "done" ? end.result.attachments : [];
    const outs = attachments.map(({ name, bytes }) => [name, sha256(bytes)]);
    const [[field, value]] = Object.entries(by) as [[string, string]];
    const what = [end.state, writeEnd(end), JSON.stringify(outs), Date.now(), this.#keptMs];
    const aside = await this.#putAside(attachments.map(({ bytes }) => bytes));
    const isFirst = await this.#did("FINISH", id, field, value, ...what, ...aside);
    if (!isFirst) await this.#drop(aside);
    return isFirst;
  }

  async forget(id: string, owner: string): Promise<boolean> {
    return this.#did("FORGET", id, owner);
  }

  async give(id: string, from: string, to: string): Promise<void> {
    await this.#did("GIVE", id, from, to, to);
  }

  async jobsOf(owner: string): Promise<string[]> {
    return (await this.#list("JOBS", owner)).map(String);
  }

  async find(id: string): Promise<{ readonly owner: string; readonly state: StoredState } | undefined> {
    const [owner, state] = await this.#safely(this.redis.hmget(this.key("job", id), "owner", "state"));
    const known = v.safeParse(stateSchema, state);
    return owner != null && known.success ? { owner, state: known.output } : undefined;
  }

  /** How a job ended, and its task. What is damaged or was removed to make room has failed. */
  async endOf(id: string): Promise<{ readonly end: JobEnd; readonly content?: JobContent } | undefined> {
    const row = await this.#safely(this.redis.hmget(this.key("job", id), "state", "ending", "content", "outs"));
    const [state, ending, content, outs] = row;
    if (state !== "done" && state !== "failed" && state !== "cancelled") return undefined;
    try {
      const end = readEnd(state, ending ?? "");
      if (end.state !== "done") return { end };
      const hashes = new Map(v.parse(pairs, JSON.parse(outs ?? "")));
      const attachments = await Promise.all(
        end.result.attachments.map(async (info) => ({ ...info, bytes: await this.#result(id, hashes.get(info.name)) })),
      );
      return { end: { state: "done", result: { ...end.result, attachments } }, content: readContent(content ?? "") };
    } catch (error) {
      const problem = error instanceof Problem ? error : unreadable(id, "its end");
      if (problem.code === "queue-unreachable") throw problem;
      return { end: { state: "failed", problem: problem.toJSON() } };
    }
  }

  /** Rejects with Problem "data-damaged" where one is gone, or is not what it was. */
  async images(id: string, named: Begun["images"]): Promise<ReadonlyMap<string, Uint8Array>> {
    const images = new Map<string, Uint8Array>();
    for (const [name, hash] of named) {
      const bytes = await this.#blob(hash);
      if (bytes === undefined) throw unreadable(id, `its image "${name}"`);
      images.set(name, bytes);
    }
    return images;
  }

  /** What a job's models are called; none where that can't be read. */
  async modelsOf(id: string): Promise<string[]> {
    const content = await this.#safely(this.redis.hget(this.key("job", id), "content"));
    try {
      return readContent(content ?? "").models.map((model) => model.id);
    } catch {
      return [];
    }
  }

  /** For whom each of these counts; those that are gone are left out. */
  async personsOf(ids: readonly string[]): Promise<string[]> {
    const persons = await Promise.all(ids.map((id) => this.#safely(this.redis.hget(this.key("job", id), "person"))));
    return persons.filter((person) => person !== null);
  }

  /** In order of arrival, and for whom how many jobs were begun. */
  async waiting(): Promise<{ readonly rows: WaitingRow[]; readonly usage: ReadonlyMap<string, number> }> {
    const usage = new Map<string, number>();
    const all = (await this.#list("WAITING")).map((row) => (row as unknown[]).map(String));
    const rows = all.map(([id = "", person = "", used, batch, seq, needs]) => {
      usage.set(person, Number(used));
      const list = v.safeParse(v.array(v.string()), JSON.parse(needs ?? "[]"));
      return { id, person, batch: batch === "1", seq: Number(seq), needs: list.success ? list.output : [] };
    });
    return { rows: rows.sort((a, b) => a.seq - b.seq), usage };
  }

  /** Jobs that were handed out, and when. */
  async running(): Promise<{ readonly id: string; readonly since: number }[]> {
    const flat = await this.#safely(this.redis.zrange(`${this.prefix}running`, "0", "-1", "WITHSCORES"));
    return flat.flatMap((id, i) => (i % 2 === 0 ? [{ id, since: Number(flat[i + 1]) }] : []));
  }

  key(kind: string, name: string): string {
    return `${this.prefix}${kind}:${name}`;
  }

  async #result(id: string, hash: Sha256 | undefined): Promise<Uint8Array> {
    if (hash === undefined) throw unreadable(id, "its picture");
    const bytes = await this.#blob(hash);
    if (bytes === undefined) throw expired();
    return bytes;
  }

  #blob(hash: Sha256): Promise<Uint8Array | undefined> {
    return this.#safely(readBlob(this.redis, this.key("blob", hash), hash));
  }

  /** Their keys. */
  #putAside(all: readonly Uint8Array[]): Promise<string[]> {
    return this.#safely(Promise.all(all.map((bytes) => putAside(this.redis, this.prefix, bytes))));
  }

  async #drop(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#safely(this.redis.unlink(...keys));
  }

  async #list(script: keyof typeof SCRIPTS, ...args: Argument[]): Promise<unknown[]> {
    const answer = await this.#run(script, args);
    return Array.isArray(answer) ? answer : [];
  }

  /** Whether the script did what it was to do. */
  async #did(script: keyof typeof SCRIPTS, ...args: Argument[]): Promise<boolean> {
    return (await this.#run(script, args)) === 1;
  }

  #run(script: keyof typeof SCRIPTS, args: readonly Argument[]): Promise<unknown> {
    return this.#safely(this.redis.call("EVAL", SCRIPTS[script], "1", this.prefix, ...args.map(String)));
  }

  async #safely<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw redisProblem(error);
    }
  }
}

type Argument = string | number;

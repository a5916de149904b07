/**
 * The queue of a studio: jobs in Redis, for workers on any machine. Gateways come and go; everything that matters is in Redis,
 * and several may share it. As embedded-queue.ts it stores a job before it says so and keeps every end until its owner
 * acknowledges it, but for no longer than `keptMs`.
 */
import type { JobEvent } from "../../../shared/job.ts";
import { Problem } from "../../../shared/problem.ts";
import { Audience, type Listener } from "../audience.ts";
import { endEvent } from "../endings.ts";
import { fairOrder } from "../fair-order.ts";
import { type CancelOptions, type JobQueue, LEASE_MS, type NewJob, type Sha256 } from "../job-queue.ts";
import { QUEUE_LIMITS } from "../limits.ts";
import { verifyImages } from "../verify-images.ts";
import { addJobs, type BullQueue, openBullQueue } from "./bull.ts";
import { Channels } from "./channels.ts";
import { mend } from "./mend.ts";
import { readProgress } from "./progress-frame.ts";
import { connectRedis, redisProblem } from "./redis.ts";
import { RedisStore } from "./store.ts";

export const PREFIX = "underpaint:";
/** Images and results that nobody fetched: over a long weekend. Milliseconds. */
export const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Between two tellings of places: milliseconds, and how many times what the last one took. */
const PLACES_MS = 50;
const PLACES_SHARE = 4;

export interface RedisQueueOptions {
  readonly url: string;
  readonly ca?: string;
  readonly prefix?: string;
  readonly keptMs?: number;
  /** Jobs that may wait, of one owner. */
  readonly waiting?: number;
  readonly leaseMs?: number;
  /** One line for the terminal. */
  readonly log?: (line: string) => void;
}

export class RedisQueue implements JobQueue {
  readonly store: RedisStore;
  readonly channels: Channels;
  readonly #bull: BullQueue;
  readonly #limit: number;
  readonly #audience: Audience;
  /** How to stop hearing of a job, by job; absent once it has ended. */
  readonly #heard = new Map<string, () => void>();
  readonly #mending: NodeJS.Timeout;
  #places: NodeJS.Timeout | undefined;
  /** Since the last look at them. */
  #placesChanged = false;
  /** What the last telling took, milliseconds. */
  #placesMs = 0;
  /** One message of jobs is taken in at a time: a crowd's all at once would keep the thread for themselves. */
  #intake: Promise<unknown> = Promise.resolve();
  #lastOrder: Promise<unknown> = Promise.resolve();
  #nextOrder: Promise<ReadonlyMap<string, number>> | undefined;
  #closed = false;

  /** Connects at once, and again whenever the connection is lost. Throws Problem "request-invalid" for another address. */
  constructor(options: RedisQueueOptions) {
    const { url, ca, prefix = PREFIX, keptMs = KEPT_MS, waiting, leaseMs = LEASE_MS, log = () => {} } = options;
    this.#audience = new Audience((error) => log(Problem.from(error).message));
    const at = { url, ...(ca !== undefined && { ca }) };
    const redis = connectRedis({ ...at, away: "fails", log });
    this.store = new RedisStore(redis, { prefix, keptMs });
    this.channels = new Channels(connectRedis({ ...at, away: "waits" }), prefix);
    this.#bull = openBullQueue(redis, prefix);
    this.#limit = waiting ?? QUEUE_LIMITS.waiting;
    this.channels.listen("ended", (id) => this.#background(this.#onEnded(String(id)))).catch(() => {});
    this.channels.listen("work", () => this.#tellPlacesSoon()).catch(() => {});
    // What was said while the connection was gone was not heard.
    this.channels.onReturn(() => {
      for (const id of this.#heard.keys()) this.#background(this.#onEnded(id));
    });
    this.#mending = setInterval(() => this.#background(this.#mend()), leaseMs).unref();
    this.#background(this.#mend());
  }

  submit(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>): Promise<{ missing: Sha256[] }> {
    const taken = this.#intake.then(() => this.#takeIn(jobs, images));
    this.#intake = taken.catch(() => {});
    return taken;
  }

  async cancel(id: string, owner: string, { unlessRunning = false }: CancelOptions = {}): Promise<void> {
    const { state } = await this.#find(id, owner);
    if (unlessRunning && state !== "queued") return;
    if (!(await this.store.finish(id, { owner }, { state: "cancelled" }))) return;
    // A worker that has it takes it out itself.
    if (state === "queued") await this.#safely(this.#bull.remove(id)).catch(() => {});
  }

  async acknowledge(id: string, owner: string): Promise<void> {
    await this.store.forget(id, owner);
  }

  async subscribe(id: string, owner: string, listener: Listener): Promise<() => void> {
    await this.#audience.turn();
    await this.#find(id, owner);
    let state: "asking" | "told" | "ended" = "asking";
    const waiting: JobEvent[] = [];
    const tell = (event: JobEvent) => {
      if (state === "ended") return;
      if (event.type !== "queued" && event.type !== "progress") state = "ended";
      listener(event);
    };
    const leave = this.#audience.add(id, (event) => (state === "asking" ? void waiting.push(event) : tell(event)));
    const stop = () => {
      state = "ended";
      leave();
      if (!this.#audience.has(id)) this.#unhear(id);
    };
    try {
      await this.#hear(id);
      const first = await this.#stateOf(id);
      await this.#audience.turn();
      for (const event of [...first, ...waiting]) {
        if (event.type === "queued") this.#audience.tellPlace(id, event.ahead, tell);
        else tell(event);
      }
      if (state === "asking") state = "told";
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  jobsOf(owner: string): Promise<string[]> {
    return this.store.jobsOf(owner);
  }

  async inherit(ids: readonly string[], owner: string, present: ReadonlySet<string>): Promise<void> {
    for (const id of ids) {
      const job = await this.store.find(id);
      if (job !== undefined && !present.has(job.owner)) await this.store.give(id, job.owner, owner);
    }
  }

  /** Jobs go on; nothing is told any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#mending);
    clearTimeout(this.#places);
    this.channels.close();
    await this.#bull.close().catch(() => {});
    this.store.redis.disconnect();
  }

  async #takeIn(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>): Promise<{ missing: Sha256[] }> {
    await verifyImages(images);
    const { missing } = await this.store.admit(jobs, images, this.#limit);
    if (missing.length > 0) return { missing };
    // Those that are known, too: the gateway may have ended before it came to this.
    const ids = jobs.map(({ id }) => id);
    const known = await Promise.all(ids.map((id) => this.store.find(id)));
    await this.#safely(
      addJobs(
        this.#bull,
        ids.filter((_, i) => known[i]?.state === "queued"),
      ),
    );
    await this.#say("work", "");
    return { missing: [] };
  }

  /** What whoever subscribes is told first. */
  async #stateOf(id: string): Promise<JobEvent[]> {
    const ended = await this.#endOf(id);
    if (ended !== undefined) return [ended];
    const [places, running, last] = await Promise.all([
      this.#order(),
      this.store.running(),
      this.#safely(this.store.redis.getBuffer(this.store.key("last", id))),
    ]);
    const progress = last === null ? undefined : readProgress(id, last);
    const isRunning = running.some((job) => job.id === id);
    return [
      { type: "queued", ahead: isRunning ? 0 : (places.get(id) ?? 0) },
      ...(isRunning && progress !== undefined ? [{ type: "progress" as const, progress }] : []),
    ];
  }

  async #endOf(id: string): Promise<JobEvent | undefined> {
    const ended = await this.store.endOf(id);
    if (ended === undefined) return undefined;
    return endEvent(ended.end, () => ended.content!.task);
  }

  /** Job → jobs that run before it. Whoever asks while it is being looked up shares the next answer with all who do. */
  #order(): Promise<ReadonlyMap<string, number>> {
    this.#nextOrder ??= this.#lastOrder.then(() => {
      this.#nextOrder = undefined;
      const order = this.#lookUpOrder();
      this.#lastOrder = order.catch(() => {});
      return order;
    });
    return this.#nextOrder;
  }

  async #lookUpOrder(): Promise<ReadonlyMap<string, number>> {
    const [{ rows, usage }, running] = await Promise.all([this.store.waiting(), this.store.running()]);
    const order = fairOrder(rows, (person) => usage.get(person) ?? 0);
    return new Map(order.map(({ id }, i) => [id, i + running.length]));
  }

  async #hear(id: string): Promise<void> {
    if (this.#heard.has(id)) return;
    this.#heard.set(id, () => {});
    const stop = await this.channels.listen(`progress:${id}`, (frame) => {
      const progress = readProgress(id, frame);
      if (progress !== undefined) this.#audience.tell(id, { type: "progress", progress });
    });
    if (this.#heard.has(id)) this.#heard.set(id, stop);
    else stop();
  }

  #unhear(id: string): void {
    this.#heard.get(id)?.();
    this.#heard.delete(id);
  }

  async #onEnded(id: string): Promise<void> {
    if (!this.#heard.has(id)) return;
    const end = await this.#endOf(id);
    if (end === undefined || !this.#heard.has(id)) return;
    this.#unhear(id);
    this.#audience.tell(id, end);
  }

  #tellPlacesSoon(): void {
    this.#placesChanged = true;
    if (this.#places !== undefined || this.#closed || this.#heard.size === 0) return;
    const tell = async () => {
      const began = performance.now();
      this.#placesChanged = false;
      await this.#order()
        .then((places) => this.#audience.tellPlacesInTurns(places))
        .catch(() => {});
      this.#placesMs = performance.now() - began;
      this.#places = undefined;
      if (this.#placesChanged) this.#tellPlacesSoon();
    };
    this.#places = setTimeout(tell, Math.max(PLACES_MS, PLACES_SHARE * this.#placesMs)).unref();
  }

  async #mend(): Promise<void> {
    if (await mend(this.store, this.#bull)) await this.#say("work", "");
  }

  async #say(channel: string, message: string): Promise<void> {
    await this.#safely(this.store.redis.publish(this.store.prefix + channel, message));
  }

  async #find(id: string, owner: string) {
    const job = await this.store.find(id);
    if (job?.owner === owner) return job;
    throw new Problem("job-unknown", `There is no picture with the id "${id}" here: generate it again.`);
  }

  async #safely<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw redisProblem(error);
    }
  }

  /** What nobody waits for: a server that is away is told of by those who do. */
  #background(work: Promise<unknown>): void {
    work.catch(() => {});
  }
}

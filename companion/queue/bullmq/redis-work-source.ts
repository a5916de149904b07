/** A worker's side of the studio's queue: hands it the jobs whose turn it is among those whose models it has. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../../shared/problem.ts";
import { brokenOff } from "../endings.ts";
import { type Claim, LEASE_MS, type WorkSource } from "../job-queue.ts";
import { QUEUE_LIMITS } from "../limits.ts";
import { type BullJob, type BullQueue, type BullWorker, openBullQueue, openBullWorker, takeJob } from "./bull.ts";
import { Channels } from "./channels.ts";
import { takeUp } from "./mend.ts";
import { type Offer, Presence } from "./presence.ts";
import { connectRedis } from "./redis.ts";
import { RedisClaim } from "./redis-claim.ts";
import { KEPT_MS, PREFIX } from "./redis-queue.ts";
import { needOf, RedisStore } from "./store.ts";

/** A job is left to a worker that has its model open for so long: about what opening it takes. Milliseconds. */
export const PATIENCE_MS = 2000;
/** Between two looks where nothing was said, milliseconds. */
const IDLE_MS = 1000;
/** After a failure, milliseconds. */
const PAUSE_MS = 1000;

export interface RedisWorkSourceOptions {
  readonly url: string;
  readonly ca?: string;
  readonly prefix?: string;
  readonly keptMs?: number;
  readonly leaseMs?: number;
  readonly patienceMs?: number;
  /** What this worker has; `announce` changes it. */
  readonly offer: Offer;
  /** One line for the terminal. */
  readonly log?: (line: string) => void;
}

export class RedisWorkSource implements WorkSource {
  /** Among all workers, also of other machines. */
  readonly id = randomUUID();
  readonly #options: RedisWorkSourceOptions;
  readonly #leaseMs: number;
  readonly #store: RedisStore;
  readonly #channels: Channels;
  readonly #bull: { readonly queue: BullQueue; readonly worker: BullWorker };
  readonly #presence: Presence;
  readonly #claims = new Map<string, RedisClaim>();
  #has: ReadonlySet<string>;
  #wake: () => void = () => {};
  #ready: Promise<unknown>;
  #closed = false;

  /** Connects at once, and again whenever the connection is lost. Throws Problem "request-invalid" for another address. */
  constructor(options: RedisWorkSourceOptions) {
    const { url, ca, prefix = PREFIX, keptMs = KEPT_MS, leaseMs = LEASE_MS, offer } = options;
    const at = { url, ...(ca !== undefined && { ca }), away: "waits" as const };
    this.#options = options;
    const redis = connectRedis({ ...at, log: (line) => this.#log(line) });
    this.#leaseMs = leaseMs;
    this.#store = new RedisStore(redis, { prefix, keptMs });
    this.#channels = new Channels(connectRedis(at), prefix);
    this.#bull = {
      queue: openBullQueue(redis, prefix),
      worker: openBullWorker(redis, prefix, { name: this.id, leaseMs }),
    };
    this.#presence = new Presence(this.#store, this.id, offer);
    this.#has = new Set(offer.has);
    // What its holder left behind waits again.
    this.#bull.worker.on("stalled", (id) => {
      this.#claims.get(id)?.lose();
      takeUp(this.#store, this.#bull.queue, id).catch(() => {});
    });
    this.#ready = Promise.all([
      this.#presence.announce(),
      this.#channels.listen("work", () => this.#wake()),
      this.#channels.listen("ended", (id) => this.#claims.get(String(id))?.lose()),
      this.#bull.worker.startStalledCheckTimer(),
    ]);
    this.#ready.catch(() => {});
  }

  /** This worker has other models, or has opened another. */
  async announce(change: Partial<Offer>): Promise<void> {
    if (change.has !== undefined) this.#has = new Set(change.has);
    await this.#presence.announce(change);
  }

  async claim(_worker: string, signal: AbortSignal): Promise<Claim | undefined> {
    await this.#ready;
    while (!signal.aborted && !this.#closed) {
      const woken = this.#woken(signal);
      try {
        const { id, againMs = IDLE_MS } = await this.#store.pick(this.id, this.#options.patienceMs ?? PATIENCE_MS);
        if (id === undefined) await woken(againMs);
        else {
          const claim = await this.#take(id);
          if (claim === undefined) continue;
          if (!signal.aborted && !this.#closed) return claim;
          await claim.giveBack();
        }
      } catch (error) {
        if (this.#closed) return undefined;
        this.#log(Problem.from(error).message);
        await sleep(PAUSE_MS, undefined, { ref: false });
      }
    }
    return undefined;
  }

  /** Claims that are held are lost: their jobs go to other workers when the lease is over. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    for (const claim of this.#claims.values()) claim.lose();
    if (this.#store.redis.status === "ready") await this.#presence.leave().catch(() => {});
    this.disconnect();
  }

  /** Without a word to anyone, as a kill does. */
  disconnect(): void {
    this.#closed = true;
    this.#channels.close();
    this.#store.redis.disconnect();
    void this.#bull.worker.close(true).catch(() => {});
    void this.#bull.queue.close().catch(() => {});
  }

  /** Undefined where another is quicker, or the job has ended meanwhile. */
  async #take(id: string): Promise<RedisClaim | undefined> {
    const token = randomUUID();
    const job = await takeJob(this.#bull, id, token);
    if (job?.id === undefined) {
      await this.#store.requeue(id, {});
      return undefined;
    }
    const begun = await this.#begin(job.id, token);
    if (begun === undefined) {
      await job.moveToCompleted("", token, false).catch(() => {});
      return undefined;
    }
    if (!begun.models.every((model) => this.#has.has(needOf(model)))) {
      await this.#passOn(job, token);
      return undefined;
    }
    const { log = () => {} } = this.#options;
    const { id: held } = job;
    const claim = new RedisClaim({
      ...{ store: this.#store, job, begun, token, leaseMs: this.#leaseMs, log },
      onRelease: () => this.#claims.delete(held),
    });
    this.#claims.set(held, claim);
    return claim;
  }

  /** Undefined for a job that needs nobody's work any more, its end stored. */
  async #begin(id: string, token: string) {
    const fail = async (problem: Problem) => {
      await this.#store.finish(id, { holder: token }, { state: "failed", problem: problem.toJSON() });
      return undefined;
    };
    try {
      const begun = await this.#store.begin(id, token);
      if (begun === "gone") return undefined;
      return begun === "spent" ? await fail(brokenOff(QUEUE_LIMITS.attempts)) : begun;
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.code !== "data-damaged") throw problem;
      this.#log(problem.message);
      return fail(problem);
    }
  }

  /** Two workers were as quick, and each got the other's. */
  async #passOn(job: BullJob, token: string): Promise<void> {
    await job.moveToWait(token);
    await job.changePriority({ priority: 0, lifo: false });
    await this.#store.requeue(job.id!, { holder: token, takeBack: 1 });
  }

  /** Begins to listen for news; then: waits for it, or for so many milliseconds. */
  #woken(signal: AbortSignal): (ms: number) => Promise<void> {
    const news = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return async (ms) => {
      const stop = new AbortController();
      const leave = () => stop.abort();
      signal.addEventListener("abort", leave);
      await Promise.race([news, sleep(ms, undefined, { signal: stop.signal }).catch(() => {})]);
      signal.removeEventListener("abort", leave);
      stop.abort();
    };
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

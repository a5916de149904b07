/** Which workers live, what each has and what it has open. One that is not heard of for a while counts as gone. */
import * as v from "valibot";
import { redisProblem } from "./redis.ts";
import type { RedisStore } from "./store.ts";

/** Without a word of a worker for so long it is gone, milliseconds. */
export const GONE_MS = 15_000;

export interface Offer {
  /** What jobs may need of this worker, see `needOf`. */
  readonly has: readonly string[];
  /** Of these the models that are open: a job for one starts at once. */
  readonly open: readonly string[];
  /** What it says of itself, as JSON. */
  readonly card: string;
}

/** A worker's own part. */
export class Presence {
  readonly #store: RedisStore;
  readonly #id: string;
  readonly #heartbeat: NodeJS.Timeout;
  #offer: Offer;

  constructor(store: RedisStore, id: string, offer: Offer) {
    this.#store = store;
    this.#id = id;
    this.#offer = offer;
    this.#heartbeat = setInterval(() => this.#say(), GONE_MS / 3).unref();
  }

  /** Resolves when everybody knows. */
  async announce(change: Partial<Offer> = {}): Promise<void> {
    this.#offer = { ...this.#offer, ...change };
    const { redis, prefix } = this.#store;
    const { has, open, card } = this.#offer;
    const [hasKey, openKey, cardKey] = ["has", "open", "card"].map((kind) => this.#store.key(kind, this.#id)) as [
      string,
      string,
      string,
    ];
    const all = redis.multi().del(hasKey, openKey);
    if (has.length > 0) all.sadd(hasKey, ...has).pexpire(hasKey, GONE_MS);
    if (open.length > 0) all.sadd(openKey, ...open).pexpire(openKey, GONE_MS);
    all.set(cardKey, card, "PX", GONE_MS);
    all.zadd(`${prefix}workers`, Date.now() + GONE_MS, this.#id);
    all.publish(`${prefix}workers`, this.#id).publish(`${prefix}work`, "");
    await all.exec();
  }

  async leave(): Promise<void> {
    clearInterval(this.#heartbeat);
    const { redis, prefix } = this.#store;
    await redis
      .multi()
      .zrem(`${prefix}workers`, this.#id)
      .del(...["has", "open", "card"].map((kind) => this.#store.key(kind, this.#id)))
      .publish(`${prefix}workers`, this.#id)
      .exec();
  }

  /** All of it, so that a server that has forgotten learns it again. */
  #say(): void {
    this.announce().catch(() => {});
  }
}

export interface LiveWorker<C> {
  readonly id: string;
  readonly open: readonly string[];
  readonly card: C;
}

/** Those that live; whose card is not as `schema` says is none. Rejects with Problem "queue-unreachable". */
export async function liveWorkers<C>(store: RedisStore, schema: v.GenericSchema<unknown, C>): Promise<LiveWorker<C>[]> {
  const { redis, prefix } = store;
  try {
    await redis.zremrangebyscore(`${prefix}workers`, "-inf", Date.now() - GONE_MS);
    const ids = await redis.zrangebyscore(`${prefix}workers`, Date.now(), "+inf");
    const workers = await Promise.all(
      ids.sort().map(async (id) => {
        const [text, open] = await Promise.all([
          redis.get(store.key("card", id)),
          redis.smembers(store.key("open", id)),
        ]);
        const card = v.safeParse(schema, parsed(text));
        return card.success ? [{ id, open, card: card.output }] : [];
      }),
    );
    return workers.flat();
  } catch (error) {
    throw redisProblem(error);
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** The studio's queue on a real server: what every queue must do, and what only this one can get wrong. */
import { RedisQueue } from "../../companion/queue/bullmq/redis-queue.ts";
import { RedisWorkSource } from "../../companion/queue/bullmq/redis-work-source.ts";
import type { Queue } from "../queue/queue-helpers.ts";
import { describeQueue } from "../queue/queue-suite.ts";
import { describeWithRedis, type RedisServer, startRedis } from "./redis-server.ts";

/** Where a test waits until it is over. */
const LEASE_MS = 600;
/** Elsewhere no pause of a busy machine ends it. */
const LONG_LEASE_MS = 60_000;

describeWithRedis("with a server", () => {
  let server: RedisServer;
  let runs = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.remove());

  /** Both sides of it in one, as the suite has them. */
  class BothSides extends RedisQueue {
    readonly source: RedisWorkSource;
    constructor(options: ConstructorParameters<typeof RedisQueue>[0]) {
      super(options);
      this.source = new RedisWorkSource({ ...options, offer: { has: ["m"], open: [], card: "{}" } });
    }
    claim(worker: string, signal: AbortSignal) {
      return this.source.claim(worker, signal);
    }
    override async close(): Promise<void> {
      await this.source.close();
      await super.close();
    }
    async kill(): Promise<void> {
      this.source.disconnect();
      await super.close();
    }
  }

  describeQueue("RedisQueue", async () => {
    const prefix = `suite-${++runs}:`;
    return {
      settleMs: 160,
      leaseMs: LEASE_MS,
      missedLate: true,
      open: async ({ leaseMs = LONG_LEASE_MS, waiting } = {}): Promise<Queue> =>
        new BothSides({ url: server.url, prefix, leaseMs, ...(waiting && { waiting }) }),
      kill: (queue) => (queue as BothSides).kill(),
    };
  });
});

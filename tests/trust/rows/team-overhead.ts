import { RedisQueue } from "../../../companion/queue/bullmq/redis-queue.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { hasRedis, startRedis } from "../../team/redis-server.ts";
import { StandIns } from "../../team/stand-ins.ts";
import type { Row } from "../row.ts";

const JOBS = 2000;
const PEOPLE = 20;
const WORKERS = 3;
const TARGET_MS = 10;

const idOf = (n: number) => n.toString(16).padStart(32, "0");

/** Milliseconds for each job from the first submit to the last acknowledge, with workers whose model takes no time. */
async function measure(): Promise<number> {
  const server = await startRedis();
  const standIns = new StandIns();
  const queue = new RedisQueue({ url: server.url, waiting: JOBS });
  try {
    for (let n = 0; n < WORKERS; n++) standIns.start({ url: server.url, leaseMs: 15_000, has: ["m"], ms: 0 });
    // Their start is not the queue's.
    while ((await queue.store.redis.zcard("underpaint:workers")) < WORKERS)
      await new Promise((done) => setTimeout(done, 10));
    const started = performance.now();
    await Promise.all(
      Array.from({ length: PEOPLE }, async (_, person) => {
        const owner = `person ${person}`;
        const ends: Promise<void>[] = [];
        for (let n = person; n < JOBS; n += PEOPLE) {
          const task = {
            kind: "generate",
            request: parseRequest({ model: "m", prompt: "a lighthouse", seed: n }),
          } as const;
          await queue.submit([{ id: idOf(n), owner, task, images: {}, models: [{ id: "m" }] }], new Map());
          const { promise, resolve } = deferred();
          await queue.subscribe(idOf(n), owner, ({ type }) => {
            if (type === "done") resolve(queue.acknowledge(idOf(n), owner));
          });
          ends.push(promise);
        }
        await Promise.all(ends);
      }),
    );
    return (performance.now() - started) / JOBS;
  } finally {
    await queue.close();
    await standIns.close();
    await server.remove();
  }
}

function deferred() {
  let resolve: (value: Promise<void>) => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export const row: Row = {
  promise: `A studio's queue costs at most ${TARGET_MS} ms a job`,
  test: "tests/trust/rows/team-overhead.ts",
  alone: true,
  run: async () => {
    if (!hasRedis) return { skipped: "there is no valkey-server or redis-server here" };
    const ms = await measure();
    return {
      held: ms <= TARGET_MS,
      figure: `${ms.toFixed(1)} ms beyond the model's own time, ${JOBS} jobs of ${PEOPLE} people, ${WORKERS} workers`,
    };
  },
};

/** BullMQ's part: the jobs' ids in its one queue, who holds which, and that what its holder left behind comes back. */
import { createRedisBackend, type Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";

const NAME = "jobs";
/** Events that BullMQ keeps for its own listeners; ours are on channels.ts. */
const KEPT_EVENTS = 100;
/** Jobs put in at a time: some milliseconds of the thread. */
const AT_A_TIME = 32;

/** `prefix` ends in ":", BullMQ adds its own. */
const options = (redis: Redis, prefix: string) => ({ connection: redis, prefix: prefix.replace(/:$/, "") });

export type BullQueue = Queue;
export type BullJob = Job;
export type BullWorker = Worker;

/** The side that puts jobs in. */
export function openBullQueue(redis: Redis, prefix: string): BullQueue {
  const queue = new Queue(NAME, { ...options(redis, prefix), streams: { events: { maxLen: KEPT_EVENTS } } });
  // Each command tells of its own failure.
  queue.on("error", () => {});
  return queue;
}

/** Puts jobs in; what is there already stays. All are in it when it resolves. */
export async function addJobs(queue: BullQueue, ids: readonly string[]): Promise<void> {
  for (let first = 0; first < ids.length; first += AT_A_TIME) {
    const some = ids.slice(first, first + AT_A_TIME);
    // What is known of a job is our own, see store.ts: BullMQ carries who has its turn.
    await queue.addBulk(some.map((id) => ({ name: "job", data: {}, opts: { jobId: id, ...KEPT } })));
  }
}

const KEPT = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

/** The side that takes jobs out, one at a time and by hand; it gives back those whose holders are gone. */
export function openBullWorker(
  redis: Redis,
  prefix: string,
  { name, leaseMs }: { name: string; leaseMs: number },
): BullWorker {
  const worker = new Worker(
    NAME,
    null,
    {
      ...options(redis, prefix),
      ...{ name, autorun: false, lockDuration: leaseMs, stalledInterval: leaseMs / 2 },
      // Attempts are counted in store.ts, crashes of the engine among them.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    },
    // It never blocks a connection, so that one is enough.
    (queue, settings) => createRedisBackend(queue, settings),
  );
  worker.on("error", () => {});
  return worker;
}

/** Takes the job at the head of the queue, after this one was put there. Another, where another worker was as quick. */
export async function takeJob(
  { queue, worker }: { readonly queue: BullQueue; readonly worker: BullWorker },
  id: string,
  token: string,
): Promise<BullJob | undefined> {
  // It is not there where a gateway ended between the two.
  await addJobs(queue, [id]);
  const wanted = await queue.getJob(id);
  await wanted?.changePriority({ priority: 0, lifo: true });
  return (await worker.getNextJob(token, { block: false })) as BullJob | undefined;
}

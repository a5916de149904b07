import { brokenOff } from "../endings.ts";
import { QUEUE_LIMITS } from "../limits.ts";
import { addJobs, type BullQueue } from "./bull.ts";
import type { RedisStore } from "./store.ts";

/** Somebody who takes a job is between two of our keys and BullMQ's for no longer, milliseconds. */
const BETWEEN_MS = 1000;

/**
 * Brings what is known of the jobs and BullMQ's queue together again, after whoever was changing both ended in the middle: what
 * counts as running, but is in nobody's hands, waits again; what waits is in the queue. Whether anything was mended.
 */
export async function mend(store: RedisStore, bull: BullQueue): Promise<boolean> {
  const [{ rows }, running, held, queued] = await Promise.all([
    store.waiting(),
    store.running(),
    bull.getRanges(["active"]),
    bull.getRanges(["wait"]),
  ]);
  const [inHands, inQueue] = [new Set(held), new Set(queued)];
  let mended = false;
  for (const { id, since } of running) {
    if (inHands.has(id) || Date.now() - since < BETWEEN_MS) continue;
    if (!inQueue.has(id)) await addJobs(bull, [id]);
    await takeUp(store, bull, id);
    mended = true;
  }
  for (const id of queued) {
    const state = (await store.find(id))?.state;
    if (state === undefined || !["queued", "picked", "running"].includes(state)) await bull.remove(id);
  }
  const lost = rows.map(({ id }) => id).filter((id) => !inQueue.has(id) && !inHands.has(id));
  await addJobs(bull, lost);
  return mended || lost.length > 0;
}

/** A job that its holder left behind waits again, or has failed where that happened too often. */
export async function takeUp(store: RedisStore, bull: BullQueue, id: string): Promise<void> {
  if ((await store.requeue(id, {})) !== "spent") return;
  const problem = brokenOff(QUEUE_LIMITS.attempts).toJSON();
  if (await store.finish(id, { state: "running" }, { state: "failed", problem })) await bull.remove(id);
}

/** How much the queue takes in and keeps. */
import { LEASE_MS } from "./job-queue.ts";

export interface QueueLimits {
  /** Jobs that may wait, of one owner. */
  readonly waiting: number;
  /** Pictures that were offered but not fetched: bytes in all, and milliseconds of the companion's own running time. */
  readonly keptBytes: number;
  readonly keptMs: number;
  /** How often a job may be begun. */
  readonly attempts: number;
  /** After a full disk: milliseconds until the next try. */
  readonly retryMs: number;
  readonly leaseMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const QUEUE_LIMITS: QueueLimits = {
  waiting: 100,
  keptBytes: 2 * 2 ** 30,
  keptMs: 14 * DAY_MS,
  attempts: 2,
  retryMs: 5000,
  leaseMs: LEASE_MS,
};

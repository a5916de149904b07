/** How much the queue takes in and keeps. */
export interface QueueLimits {
  /** Jobs that may wait, of one pairing. */
  readonly waiting: number;
  /** Unfetched pictures, bytes in all and milliseconds of age. */
  readonly keptBytes: number;
  readonly keptMs: number;
  /** How often a job may be begun. */
  readonly attempts: number;
  /** After a full disk: milliseconds until the next try. */
  readonly retryMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const QUEUE_LIMITS: QueueLimits = {
  waiting: 100,
  keptBytes: 2 * 2 ** 30,
  keptMs: 14 * DAY_MS,
  attempts: 2,
  retryMs: 5000,
};

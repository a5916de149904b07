/**
 * What stands between those who want work done and those who do it. An owner (a pairing) submits jobs and hears of them; a
 * worker claims them and brings their ends. Every end waits until its owner acknowledges it. Whoever is behind this interface
 * passes tests/queue/queue-suite.ts.
 */
import type { JobEnd, JobEvent, Progress, Task } from "../../shared/job.ts";
import type { Problem } from "../../shared/problem.ts";

/** Of bytes, hexadecimal: what images are called in the queue. */
export type Sha256 = string;

/** A model that a job needs: the library's id, and what its files are made of where that is known. */
export interface ModelName {
  readonly id: string;
  readonly digest?: string;
}

export interface NewJob {
  /** Chosen by the owner, 32 hexadecimal digits. */
  readonly id: string;
  /** The pairing that it belongs to; nobody else sees it. Its jobs run in the order they came, see fair-order.ts. */
  readonly owner: string;
  readonly task: Task;
  /** The task's images, by the names that it calls them. */
  readonly images: Readonly<Record<string, Sha256>>;
  readonly models: readonly ModelName[];
  /** Whom it counts for in the fair share, where one person has several pairings. Absent: its owner. */
  readonly person?: string;
  /** One of many that nobody sits and waits for: jobs that are not go first. */
  readonly batch?: boolean;
  /** Of use only to whoever submits it, and only now: it does not outlive the queue that took it in. */
  readonly fleeting?: boolean;
}

export interface CancelOptions {
  /** A job that runs goes on. */
  readonly unlessRunning?: boolean;
}

/** The side of those who want work done. */
export interface JobQueue {
  /**
   * All jobs, or none. The images are the queue's from then on: whoever submits them does not look at them again. They are stored durably when this resolves, unless it resolves to images that are neither given nor kept
   * for other jobs of the same owner: then nothing was stored. What was submitted before is not stored again. Rejects with
   * Problem "request-invalid" for an id that means another job, "frame-invalid" for an image that does not hash to its name,
   * "queue-full" or "disk-full".
   */
  submit(
    jobs: readonly NewJob[],
    images: ReadonlyMap<Sha256, Uint8Array>,
  ): Promise<{ readonly missing: readonly Sha256[] }>;
  /** A job that has ended stays as it ended. Rejects with Problem "job-unknown". */
  cancel(id: string, owner: string, options?: CancelOptions): Promise<void>;
  /** Forgets a job that has ended, and the images that no other job needs. One that is unknown was forgotten before. */
  acknowledge(id: string, owner: string): Promise<void>;
  /** Tells `listener` where the job stands now, and everything that follows. Rejects with Problem "job-unknown". */
  subscribe(id: string, owner: string, listener: (event: JobEvent) => void): Promise<() => void>;
  /** The owner's jobs that have not ended, or whose end was not acknowledged, in order of arrival: the owner is there to fetch them. */
  jobsOf(owner: string): Promise<string[]>;
  /** Those of these jobs whose owner is not `present` any more are `owner`'s from now on. */
  inherit(ids: readonly string[], owner: string, present: ReadonlySet<string>): Promise<void>;
}

/** A job in the hands of a worker. */
export interface Claim {
  readonly id: string;
  readonly task: Task;
  readonly models: readonly ModelName[];
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborts when the job was cancelled, or the claim was lost: nobody waits for its end any more. */
  readonly signal: AbortSignal;
  /** By the names that the task calls them. Rejects with Problem "data-damaged" where one is gone. */
  images(): Promise<ReadonlyMap<string, Uint8Array>>;
  progress(progress: Progress): void;
  /** The heartbeat: holds the claim for another `LEASE_MS`. */
  renew(): Promise<void>;
  /** The job is done or failed. Stored when it resolves, or kept in memory until the disk has room. */
  finish(end: Exclude<JobEnd, { state: "cancelled" }>): Promise<void>;
  /** The attempt broke off, over `problem`: the job is tried again, or fails where it was tried often enough. */
  breakOff(problem: Problem): Promise<void>;
  /** The worker stops: the job waits again, as if this attempt had not been. */
  giveBack(): Promise<void>;
}

/** The side of those who do it. */
export interface WorkSource {
  /** Waits for a job. Undefined once `signal` aborts or the queue closes. */
  claim(worker: string, signal: AbortSignal): Promise<Claim | undefined>;
}

/** A claim that is not renewed for so long counts as its worker's death, milliseconds. */
export const LEASE_MS = 15_000;

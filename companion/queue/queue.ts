/**
 * One machine, one running job. The queue stores a job before it says so, runs jobs in fair order through the `run` that it
 * is given, tries a job once more when the engine or the companion died under it, and keeps every end until the plugin
 * acknowledges it. It knows nothing of models or sockets.
 *
 * What is dropped, and how it is said: when unfetched pictures are more than `limits.keptBytes` or older than `limits.keptMs`,
 * the oldest become "failed" with Problem "result-expired", which waits in their place. Ends without a picture are forgotten
 * after twice that age.
 */
import { createHash } from "node:crypto";
import { Problem } from "../../shared/problem.ts";
import { imageRefs } from "../../shared/validate.ts";
import { brokenOff, expired } from "./endings.ts";
import { fairOrder } from "./fair-order.ts";
import type { Job, JobEnd, JobEvent, JobProgress, JobResult } from "./job.ts";
import { QUEUE_LIMITS, type QueueLimits } from "./limits.ts";
import type { Store, StoredJob } from "./store.ts";

/** Runs one job to its picture. Stops soon after `signal` aborts; throws Problems, "engine-crashed" for one worth a retry. */
export type RunJob = (
  job: Job & { readonly images: ReadonlyMap<string, Uint8Array> },
  options: { readonly onProgress: (progress: JobProgress) => void; readonly signal: AbortSignal },
) => Promise<JobResult>;

export interface QueueOptions {
  readonly run: RunJob;
  readonly limits?: Partial<QueueLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** One line for the terminal. */
  readonly log?: (line: string) => void;
}

type Listener = (event: JobEvent) => void;

export class Queue {
  readonly #store: Store;
  readonly #run: RunJob;
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  readonly #log: (line: string) => void;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** Positions that were last told, by job. */
  readonly #told = new Map<string, number>();
  /** Ends that did not fit on the disk yet, by job. Handed out from here; should the companion die, the job runs again. */
  readonly #unsaved = new Map<string, JobEnd>();
  /** Lanes that had their turn, longest ago first. */
  #served: string[] = [];
  #running: { job: StoredJob; abort: AbortController; last?: JobProgress; settled: Promise<void> } | undefined;
  #retry: NodeJS.Timeout | undefined;
  #state: "waiting" | "open" | "closed" = "waiting";

  /** Nothing runs before `start()`. */
  constructor(store: Store, options: QueueOptions) {
    this.#store = store;
    this.#run = options.run;
    this.#limits = { ...QUEUE_LIMITS, ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#log = options.log ?? (() => {});
  }

  /** Takes up what an earlier companion left behind. */
  start(): void {
    this.#state = "open";
    this.#makeRoom();
    this.#pump();
  }

  /** Stops the running job, which waits for the next start without counting as an attempt, and closes the store. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#retry);
    this.#running?.abort.abort();
    await this.#running?.settled;
    this.#store.close();
  }

  /**
   * The job is on disk when this returns. Submitting the same job again changes nothing. Throws Problem "request-invalid" for
   * an id that means another job, "queue-full" or "disk-full".
   */
  submit(job: Job, images: ReadonlyMap<string, Uint8Array>): void {
    const digest = digestOf(job, images);
    const known = this.#store.find(job.id);
    if (known !== undefined) {
      if (known.pairing === job.pairing && known.digest === digest) return;
      throw new Problem("request-invalid", `Cannot use the job's id as another job has it: received "${job.id}".`);
    }
    const waiting = this.#store.inState("queued").filter((other) => other.pairing === job.pairing).length;
    if (waiting >= this.#limits.waiting)
      throw new Problem("queue-full", `${waiting} pictures are waiting already: let some finish or cancel them first.`);
    this.#store.add({ ...job, digest }, images);
    this.#pump();
    this.#tellPositions();
  }

  /** A job that has ended stays as it ended. Throws Problem "job-unknown". */
  cancel(id: string, pairing: string): void {
    const job = this.#find(id, pairing);
    if (this.#endOf(id) !== undefined) return;
    // Said and stored at once; the engine winds down behind it, and the next job waits for that.
    this.#end(job.id, { state: "cancelled" });
    if (this.#running?.job.id === id) this.#running.abort.abort();
    this.#tellPositions();
  }

  /** Forgets a job that has ended. One that is unknown was forgotten before. */
  acknowledge(id: string, pairing: string): void {
    const job = this.#store.find(id);
    if (job?.pairing !== pairing || this.#endOf(id) === undefined) return;
    this.#store.forget(id);
    this.#unsaved.delete(id);
    this.#told.delete(id);
    this.#pump();
  }

  /** Tells `listener` where the job stands now, and everything that follows. Throws Problem "job-unknown". */
  watch(id: string, pairing: string, listener: Listener): () => void {
    const { request } = this.#find(id, pairing);
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    const end = this.#endOf(id);
    if (end !== undefined) listener({ type: "ended", end, request });
    else if (this.#running?.job.id !== id) listener({ type: "queued", ahead: this.#positions().get(id) ?? 0 });
    else {
      listener({ type: "queued", ahead: 0 });
      if (this.#running.last !== undefined) listener({ type: "progress", progress: this.#running.last });
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** Jobs of these that belong to an owner that `isGone` are `pairing`'s from now on. */
  inherit(ids: readonly string[], pairing: string, isGone: (owner: string) => boolean): void {
    for (const id of ids) {
      const job = this.#store.find(id);
      if (job !== undefined && isGone(job.pairing)) this.#store.give(id, pairing);
    }
  }

  /** The pairing's jobs that have not ended, or whose end was not acknowledged, in order of arrival. */
  jobsOf(pairing: string): string[] {
    return this.#store.ofPairing(pairing);
  }

  /** Starts the next job when nothing runs and nothing waits for room on the disk. */
  #pump(): void {
    if (this.#state !== "open" || this.#running !== undefined) return;
    try {
      this.#saveRest();
      this.#takeUpBroken();
      const next = this.#order()[0];
      if (next === undefined) return;
      this.#store.begin(next.id);
      this.#served = [...this.#served.filter((lane) => lane !== next.lane), next.lane];
      const abort = new AbortController();
      this.#running = { job: next, abort, settled: Promise.resolve() };
      this.#running.settled = this.#attempt(next, abort);
    } catch (error) {
      this.#waitForRoom(Problem.from(error));
    }
  }

  async #attempt(job: StoredJob, abort: AbortController): Promise<void> {
    const attempts = job.attempts + 1;
    const onProgress = (progress: JobProgress) => {
      if (abort.signal.aborted || this.#running === undefined) return;
      this.#running.last = progress;
      this.#tell(job.id, { type: "progress", progress });
    };
    let end: JobEnd | undefined;
    try {
      // The engine has not seen the job yet when `submit` returns.
      await Promise.resolve();
      abort.signal.throwIfAborted();
      const images = this.#store.imagesOf(job.id);
      end = { state: "done", result: await this.#run({ ...job, images }, { onProgress, signal: abort.signal }) };
    } catch (error) {
      const problem = Problem.from(error);
      const again = problem.code === "engine-crashed" && attempts < this.#limits.attempts;
      if (again) this.#log(`${problem.message} The picture is tried once more.`);
      else end = { state: "failed", problem: problem.toJSON() };
    }
    this.#running = undefined;
    try {
      // It may have been cancelled meanwhile, and even be forgotten.
      const wanted = this.#store.find(job.id) !== undefined && this.#endOf(job.id) === undefined;
      if (this.#state === "closed") {
        // What was finished in the last moment counts; what was interrupted did not happen.
        if (wanted && end?.state === "done") this.#end(job.id, end);
        else if (wanted) this.#store.requeue(job.id, job.attempts);
        return;
      }
      if (wanted && end !== undefined) this.#end(job.id, end);
      this.#makeRoom();
    } catch (error) {
      this.#waitForRoom(Problem.from(error));
    }
    this.#pump();
    this.#tellPositions();
  }

  /** Stores the end, or keeps it in memory until the disk has room, and tells everyone. */
  #end(id: string, end: JobEnd): void {
    try {
      this.#store.finish(id, end, this.#now());
    } catch (error) {
      this.#unsaved.set(id, end);
      this.#waitForRoom(Problem.from(error));
    }
    const request = this.#store.find(id)?.request;
    if (request !== undefined) this.#tell(id, { type: "ended", end, request });
  }

  #endOf(id: string): JobEnd | undefined {
    return this.#unsaved.get(id) ?? this.#store.endOf(id);
  }

  /** Throws Problem "disk-full" while there is still no room. */
  #saveRest(): void {
    for (const [id, end] of this.#unsaved) {
      this.#store.finish(id, end, this.#now());
      this.#unsaved.delete(id);
    }
  }

  /** Nothing runs, so what is stored as running broke off: with the engine, or with an earlier companion. */
  #takeUpBroken(): void {
    for (const job of this.#store.inState("running")) {
      if (job.attempts < this.#limits.attempts) this.#store.requeue(job.id, job.attempts);
      else this.#end(job.id, { state: "failed", problem: brokenOff(job.attempts) });
    }
  }

  #waitForRoom(problem: Problem): void {
    this.#log(problem.message);
    clearTimeout(this.#retry);
    if (this.#state !== "open") return;
    this.#retry = setTimeout(() => this.#pump(), this.#limits.retryMs);
    this.#retry.unref();
  }

  #makeRoom(): void {
    const finished = this.#store.finished();
    let bytes = finished.reduce((sum, job) => sum + job.bytes, 0);
    for (const job of finished) {
      const age = this.#now() - job.finished;
      if (job.state === "done" && (bytes > this.#limits.keptBytes || age > this.#limits.keptMs)) {
        const problem = expired(job.finished);
        this.#log(problem.message);
        this.#end(job.id, { state: "failed", problem: problem.toJSON() });
        bytes -= job.bytes;
      } else if (job.state !== "done" && age > 2 * this.#limits.keptMs) this.#store.forget(job.id);
    }
  }

  #find(id: string, pairing: string): StoredJob {
    const job = this.#store.find(id);
    if (job?.pairing === pairing) return job;
    throw new Problem("job-unknown", "The companion does not know this picture any more: generate it again.");
  }

  #order(): StoredJob[] {
    return fairOrder(
      this.#store.inState("queued").filter((job) => !this.#unsaved.has(job.id)),
      this.#served,
    );
  }

  /** Waiting job → jobs that run before it. */
  #positions(): Map<string, number> {
    const busy = this.#running === undefined ? 0 : 1;
    return new Map(this.#order().map((job, i) => [job.id, i + busy]));
  }

  #tellPositions(): void {
    if (this.#state === "closed") return;
    for (const [id, ahead] of this.#positions()) {
      if (this.#told.get(id) === ahead) continue;
      this.#told.set(id, ahead);
      this.#tell(id, { type: "queued", ahead });
    }
  }

  #tell(id: string, event: JobEvent): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener(event);
  }
}

function digestOf(job: Job, images: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256").update(JSON.stringify(job.request));
  for (const name of imageRefs(job.request)) hash.update(images.get(name) ?? new Uint8Array());
  return hash.digest("hex");
}

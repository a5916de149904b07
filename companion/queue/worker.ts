/** Takes jobs from a queue, one after the other, and runs them; its heartbeat tells the queue that it lives. */
import type { Progress, Result, Task } from "../../shared/job.ts";
import { Problem, type ProblemCode } from "../../shared/problem.ts";
import { inSpan } from "../profile/spans.ts";
import { type Claim, LEASE_MS, type ModelName, type WorkSource } from "./job-queue.ts";

export interface RunningJob {
  readonly id: string;
  readonly task: Task;
  readonly models: readonly ModelName[];
  readonly images: ReadonlyMap<string, Uint8Array>;
}

/** Runs one job to its result. Stops soon after `signal` aborts; throws Problems. */
export type RunJob = (
  job: RunningJob,
  options: { readonly onProgress: (progress: Progress) => void; readonly signal: AbortSignal },
) => Promise<Result>;

/** What may go well at the next attempt. */
const WORTH_A_RETRY: readonly ProblemCode[] = ["engine-crashed", "engine-frozen"];

export interface WorkerOptions {
  readonly name: string;
  readonly run: RunJob;
  readonly leaseMs?: number;
}

export class Worker {
  readonly #source: WorkSource;
  readonly #options: WorkerOptions;
  readonly #stop = new AbortController();
  #done: Promise<void> | undefined;

  constructor(source: WorkSource, options: WorkerOptions) {
    this.#source = source;
    this.#options = options;
  }

  start(): void {
    this.#done ??= this.#work();
  }

  /** Stops the running job, which waits for another worker without counting as an attempt. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #work(): Promise<void> {
    for (;;) {
      const claim = await this.#source.claim(this.#options.name, this.#stop.signal);
      if (claim === undefined) return;
      const heart = setInterval(() => void claim.renew(), (this.#options.leaseMs ?? LEASE_MS) / 3).unref();
      await this.#attempt(claim).finally(() => clearInterval(heart));
    }
  }

  async #attempt(claim: Claim): Promise<void> {
    const { id, task, models } = claim;
    const stop = new AbortController();
    const { signal } = stop;
    // By hand: AbortSignal.any would leave something behind with `#stop`, which lives as long as the companion, for each job.
    const abort = () => stop.abort();
    const reasons = [claim.signal, this.#stop.signal];
    for (const each of reasons) each.aborted ? abort() : each.addEventListener("abort", abort);
    try {
      const images = await inSpan("read images", "queue", () => claim.images());
      signal.throwIfAborted();
      const onProgress = (progress: Progress) => claim.progress(progress);
      const run = () => this.#options.run({ id, task, models, images }, { onProgress, signal });
      const result = await inSpan("make picture", "queue", run);
      // What was finished in the last moment counts.
      await inSpan("store picture", "queue", () => claim.finish({ state: "done", result }));
    } catch (error) {
      const problem = Problem.from(error);
      if (this.#stop.signal.aborted) await claim.giveBack();
      else if (WORTH_A_RETRY.includes(problem.code)) await claim.breakOff(problem);
      else await claim.finish({ state: "failed", problem: problem.toJSON() });
    } finally {
      for (const each of reasons) each.removeEventListener("abort", abort);
    }
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { JobEnd, Progress } from "../../../shared/job.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Claim } from "../job-queue.ts";
import { QUEUE_LIMITS } from "../limits.ts";
import { Pace } from "../pace.ts";
import type { BullJob } from "./bull.ts";
import { writeProgress } from "./progress-frame.ts";
import type { Begun, RedisStore } from "./store.ts";

/** Between two tellings of a job's progress, milliseconds. */
const PROGRESS_MS = 100;
/** What was last said of a job that is told no more, milliseconds. */
const LAST_MS = 60_000;

export interface ClaimParts {
  readonly store: RedisStore;
  readonly job: BullJob;
  readonly begun: Begun;
  /** Of this claim alone: what BullMQ's lock holds, and our own keys. */
  readonly token: string;
  readonly leaseMs: number;
  readonly log: (line: string) => void;
  /** It is in nobody's hands any more. */
  readonly onRelease: () => void;
}

/** A job in the hands of a worker on any machine. Once it is lost, whatever the worker says of it is not heard. */
export class RedisClaim implements Claim {
  readonly id: string;
  readonly task: Begun["task"];
  readonly models: Begun["models"];
  readonly attempt: number;
  readonly #parts: ClaimParts;
  readonly #abort = new AbortController();
  readonly #pace: Pace<Progress>;
  #state: "held" | "ended" = "held";

  constructor(parts: ClaimParts) {
    this.id = parts.job.id!;
    this.task = parts.begun.task;
    this.models = parts.begun.models;
    this.attempt = parts.begun.attempt;
    this.#parts = parts;
    const { store } = parts;
    this.#pace = new Pace((progress) => void this.#tell(progress), {
      ms: PROGRESS_MS,
      ready: () => store.redis.status === "ready",
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  images(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#parts.store.images(this.id, this.#parts.begun.images);
  }

  progress(progress: Progress): void {
    if (this.#state === "held") this.#pace.push(progress);
  }

  async renew(): Promise<void> {
    const { job, token, leaseMs } = this.#parts;
    const held = await job.extendLock(token, leaseMs).then(
      (extended) => extended > 0,
      // A server that is away is asked again; a lock that somebody else has is lost.
      (error: Error) => !/lock/i.test(error.message),
    );
    if (!held) this.lose();
  }

  /** The job goes on without this worker, or was cancelled. */
  lose(): void {
    this.#pace.stop();
    this.#abort.abort();
  }

  async finish(end: Exclude<JobEnd, { state: "cancelled" }>): Promise<void> {
    if (!this.#letGo()) return;
    const { store, job, token } = this.#parts;
    for (;;) {
      try {
        await store.finish(this.id, { holder: token }, end);
        break;
      } catch (error) {
        const problem = Problem.from(error);
        if (problem.code !== "queue-full" || this.#abort.signal.aborted) throw problem;
        this.#parts.log(problem.message);
        await sleep(QUEUE_LIMITS.retryMs);
      }
    }
    // Its lock may have been lost: then whoever has it finds that it has ended.
    await job.moveToCompleted("", token, false).catch(() => {});
  }

  async breakOff(problem: Problem): Promise<void> {
    if (this.attempt >= QUEUE_LIMITS.attempts) return this.finish({ state: "failed", problem: problem.toJSON() });
    if (!this.#letGo()) return;
    this.#parts.log(`${problem.message} The picture is tried once more.`);
    await this.#back(0);
  }

  async giveBack(): Promise<void> {
    if (this.#letGo()) await this.#back(1);
  }

  async #back(takeBack: number): Promise<void> {
    const { store, job, token } = this.#parts;
    await job.moveToWait(token).catch(() => {});
    // Where it was cancelled meanwhile, nobody needs it in the queue.
    if ((await store.requeue(this.id, { holder: token, takeBack })) === "lost") await job.remove().catch(() => {});
  }

  async #tell(progress: Progress): Promise<void> {
    const { store } = this.#parts;
    const frame = writeProgress(this.id, progress);
    await store.redis
      .pipeline()
      .set(store.key("last", this.id), frame, "PX", LAST_MS)
      .publish(store.key("progress", this.id), frame)
      .exec()
      .catch(() => {});
  }

  #letGo(): boolean {
    const held = this.#state === "held";
    this.#state = "ended";
    this.#pace.stop();
    this.#parts.onRelease();
    return held;
  }
}

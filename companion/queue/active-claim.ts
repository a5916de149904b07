import type { JobEnd, Progress } from "../../shared/job.ts";
import type { Problem } from "../../shared/problem.ts";
import type { Claim } from "./job-queue.ts";
import type { JobContent } from "./stored.ts";

/** What a claim asks of the queue that gave it out, as long as it is held. */
export interface ClaimHolder {
  images(id: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Takes a result's pictures to the disk, while others are heard; resolves to how to let go of what nobody stored. */
  bring(end: JobEnd): Promise<() => void>;
  progress(id: string, progress: Progress): void;
  end(id: string, end: JobEnd): void;
  breakOff(claim: ActiveClaim, problem: Problem): void;
  giveBack(claim: ActiveClaim): void;
}

/** A job that was begun while it is being stored. */
export interface EarlyStart {
  /** By the names that the task calls them. */
  readonly images: ReadonlyMap<string, Uint8Array>;
  /** Resolves when it is stored, or its claim lost. */
  readonly settled: Promise<void>;
}

interface ClaimOptions {
  readonly id: string;
  readonly attempt: number;
  readonly content: JobContent;
  readonly leaseMs: number;
  readonly holder: ClaimHolder;
  readonly early?: EarlyStart;
}

/** A job in the hands of a worker of this process. Once it is lost, whatever the worker says of it is not heard. */
export class ActiveClaim implements Claim {
  readonly id: string;
  readonly attempt: number;
  readonly task: JobContent["task"];
  readonly models: JobContent["models"];
  readonly #holder: ClaimHolder;
  readonly #leaseMs: number;
  readonly #abort = new AbortController();
  /** What was last reported. */
  last: Progress | undefined;
  #until: number;
  readonly #early: EarlyStart | undefined;
  #isStored: boolean;
  #state: "held" | "lost" = "held";

  constructor({ id, attempt, content, leaseMs, holder, early }: ClaimOptions) {
    this.id = id;
    this.attempt = attempt;
    this.task = content.task;
    this.models = content.models;
    this.#holder = holder;
    this.#leaseMs = leaseMs;
    this.#until = performance.now() + leaseMs;
    this.#early = early;
    this.#isStored = early === undefined;
    void early?.settled.then(() => {
      this.#isStored = true;
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What is not stored yet can't be given to another worker. */
  isOverdue(now: number): boolean {
    return this.#isStored && now > this.#until;
  }

  /** The job goes on without this worker. */
  lose(): void {
    this.#state = "lost";
    this.#abort.abort();
  }

  async images(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#early?.images ?? this.#holder.images(this.id);
  }

  progress(progress: Progress): void {
    if (this.#state === "lost") return;
    this.last = progress;
    this.#holder.progress(this.id, progress);
  }

  async renew(): Promise<void> {
    this.#until = performance.now() + this.#leaseMs;
  }

  async finish(end: Exclude<JobEnd, { state: "cancelled" }>): Promise<void> {
    await this.#early?.settled;
    if (this.#state === "lost") return;
    const letGo = await this.#holder.bring(end);
    if (this.#letGo()) this.#holder.end(this.id, end);
    letGo();
  }

  async breakOff(problem: Problem): Promise<void> {
    await this.#early?.settled;
    if (this.#letGo()) this.#holder.breakOff(this, problem);
  }

  async giveBack(): Promise<void> {
    await this.#early?.settled;
    if (this.#letGo()) this.#holder.giveBack(this);
  }

  /** False where it was let go or lost before. */
  #letGo(): boolean {
    const held = this.#state === "held";
    this.#state = "lost";
    return held;
  }
}

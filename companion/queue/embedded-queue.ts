/**
 * The queue of one machine: jobs in a ledger on its disk, handed out in fair order to the workers that claim them. It stores a
 * job before it says so, while a worker that waits begins with it, and keeps every end until its owner acknowledges it. It knows nothing of models or sockets. Each
 * method is done when it returns, but for large pictures, which are hashed and taken to the disk before anything is decided, so
 * that no two are ever half done at once.
 *
 * What is dropped, and how it is said: when pictures that were offered to their owner are more than `limits.keptBytes`, or were
 * offered `limits.keptMs` ago, the oldest become "failed" with Problem "result-expired", which waits in their place. Ends
 * without a picture are forgotten after twice that age.
 */
import type { JobEnd, Progress } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { ActiveClaim, type ClaimHolder } from "./active-claim.ts";
import { Audience, type Listener } from "./audience.ts";
import { Backlog } from "./backlog.ts";
import { mayPass } from "./disk-problem.ts";
import { DiskRetry } from "./disk-retry.ts";
import { beginEarly, type EarlyJob } from "./early-job.ts";
import { brokenOff, endEvent } from "./endings.ts";
import { makeRoom } from "./expiry.ts";
import { type KnownJobs, lookAt, takeIn } from "./intake.ts";
import type { CancelOptions, Claim, JobQueue, NewJob, Sha256, WorkSource } from "./job-queue.ts";
import { LeaseWatch } from "./lease-watch.ts";
import type { JobRow, Ledger } from "./ledger.ts";
import { QUEUE_LIMITS, type QueueLimits } from "./limits.ts";
import { verifyImages } from "./verify-images.ts";
import { WaitingJobs } from "./waiting-jobs.ts";

export interface QueueOptions {
  readonly limits?: Partial<QueueLimits>;
  /** One line for the terminal. */
  readonly log?: (line: string) => void;
}

export class EmbeddedQueue implements JobQueue, WorkSource, ClaimHolder {
  readonly #ledger: Ledger;
  readonly #limits: QueueLimits;
  readonly #log: (line: string) => void;
  readonly #audience: Audience;
  readonly #waiting = new WaitingJobs();
  readonly #claims = new Map<string, ActiveClaim>();
  /** Workers that wait for a job. */
  readonly #idle = new Set<(claim: Claim | undefined) => void>();
  readonly #backlog = new Backlog();
  readonly #leases: LeaseWatch;
  readonly #retry: DiskRetry;
  readonly #known: KnownJobs;
  #closed = false;

  /** Takes up what an earlier companion left behind. Owns the ledger. */
  constructor(ledger: Ledger, { limits, log = () => {} }: QueueOptions = {}) {
    this.#ledger = ledger;
    this.#limits = { ...QUEUE_LIMITS, ...limits };
    this.#log = log;
    this.#known = {
      ...{ find: (id) => ledger.find(id), holds: (owner, hash) => ledger.holds(owner, hash) },
      ...{ waiting: (owner) => this.#waiting.countOf(owner), limit: this.#limits.waiting },
    };
    this.#audience = new Audience((error) => log(Problem.from(error).message));
    this.#retry = new DiskRetry({ ms: this.#limits.retryMs, log, again: () => this.#tryAgain() });
    this.#retry.safely(() => {
      for (const id of ledger.fleeting()) ledger.forget(id);
      this.#takeUpBroken();
      this.#makeRoom();
    });
    for (const row of ledger.inState("queued")) this.#waiting.add(row);
    this.#leases = new LeaseWatch(this.#claims, this.#limits.leaseMs, this);
  }

  async submit(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>) {
    await verifyImages(images);
    const before = lookAt(jobs, images, this.#known);
    if (before.missing.length > 0 || before.fresh.length === 0) return { missing: before.missing };
    const early = this.#beginEarly(before.fresh[0]!, images);
    try {
      const missing = await takeIn(this.#ledger, { jobs, images, known: this.#known }, (fresh) => {
        for (const { id } of fresh) this.#waiting.add(this.#ledger.find(id)!);
        this.#retry.safely(() => early?.keep());
      });
      return { missing };
    } finally {
      early?.settle();
      this.#pump();
    }
  }

  /** Where a worker waits and no job does, it begins with a new one while that is stored: nobody hears of it before. */
  #beginEarly(job: NewJob, images: ReadonlyMap<Sha256, Uint8Array>): EarlyJob | undefined {
    const [take] = this.#idle;
    if (this.#closed || !take || this.#waiting.next() || this.#claims.has(job.id)) return undefined;
    const run = (id: string) => {
      this.#ledger.begin(id);
      this.#waiting.begin(this.#ledger.find(id)!);
    };
    return beginEarly(job, { images, take, run, holder: this, claims: this.#claims, leaseMs: this.#limits.leaseMs });
  }

  async cancel(id: string, owner: string, { unlessRunning = false }: CancelOptions = {}): Promise<void> {
    if (this.#hasEnded(this.#find(id, owner)) || (unlessRunning && this.#claims.has(id))) return;
    // Said and stored at once; the worker winds down behind it.
    this.#claims.get(id)?.lose();
    this.end(id, { state: "cancelled" });
  }

  async acknowledge(id: string, owner: string): Promise<void> {
    const job = this.#ledger.find(id);
    if (job?.owner !== owner || !this.#hasEnded(job)) return;
    this.#backlog.forget(id);
    this.#pump();
  }

  async subscribe(id: string, owner: string, listener: Listener): Promise<() => void> {
    this.#find(id, owner);
    const stop = this.#audience.add(id, listener);
    const end = this.#backlog.endOf(id) ?? this.#ledger.endOf(id);
    const claim = this.#claims.get(id);
    if (end !== undefined) this.#tellEnd(id, end, listener);
    else this.#audience.tellPlace(id, claim ? 0 : (this.#places().get(id) ?? 0), listener);
    if (claim?.last !== undefined) listener({ type: "progress", progress: claim.last });
    return stop;
  }

  async jobsOf(owner: string): Promise<string[]> {
    this.#retry.safely(() => this.#ledger.offer(owner));
    return this.#ledger.ofOwner(owner).filter((id) => !this.#backlog.isForgotten(id));
  }

  async inherit(ids: readonly string[], owner: string, present: ReadonlySet<string>): Promise<void> {
    for (const id of ids) {
      const job = this.#ledger.find(id);
      if (job === undefined || present.has(job.owner)) continue;
      this.#ledger.give(id, owner);
      if (this.#waiting.has(id)) this.#waiting.add(this.#ledger.find(id)!);
    }
  }

  async claim(_worker: string, signal: AbortSignal): Promise<Claim | undefined> {
    if (this.#closed || signal.aborted) return undefined;
    return new Promise((resolve) => {
      const take = (claim: Claim | undefined) => {
        this.#idle.delete(take);
        signal.removeEventListener("abort", leave);
        resolve(claim);
      };
      const leave = () => take(undefined);
      signal.addEventListener("abort", leave);
      this.#idle.add(take);
      this.#pump();
    });
  }

  /** Claims that are held are lost: their jobs run again another day. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry.stop();
    this.#leases.stop();
    for (const take of [...this.#idle]) take(undefined);
    for (const claim of this.#claims.values()) claim.lose();
    this.#retry.safely(() => this.#writeBacklog());
    this.#ledger.close();
  }

  images(id: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#ledger.images(id);
  }

  bring(end: JobEnd): Promise<() => void> {
    return this.#ledger.bring(end.state === "done" ? end.result.attachments.map(({ bytes }) => bytes) : []);
  }

  progress(id: string, progress: Progress): void {
    this.#audience.tell(id, { type: "progress", progress });
  }

  /** Stores the end, or keeps it in memory until the disk has room, and tells everyone. */
  end(id: string, end: JobEnd): void {
    if (this.#closed) return;
    this.#claims.delete(id);
    this.#waiting.delete(id);
    this.#backlog.end(id, end);
    this.#retry.safely(() => {
      this.#writeBacklog();
      this.#makeRoom();
    });
    this.#tellEnd(id, end, (event) => this.#audience.tell(id, event));
    this.#pump();
  }

  breakOff({ id, attempt }: ActiveClaim, problem: Problem): void {
    if (attempt >= this.#limits.attempts) this.end(id, { state: "failed", problem: problem.toJSON() });
    else {
      this.#log(`${problem.message} The picture is tried once more.`);
      this.#requeue(id, attempt);
    }
  }

  giveBack({ id, attempt }: ActiveClaim): void {
    this.#requeue(id, attempt - 1);
  }

  #requeue(id: string, attempts: number): void {
    if (this.#closed) return;
    this.#claims.delete(id);
    this.#retry.safely(() => {
      this.#ledger.requeue(id, attempts);
      this.#waiting.add(this.#ledger.find(id)!);
    });
    this.#pump();
  }

  /** Hands out jobs while there are workers, and nothing waits for room on the disk. */
  #pump(): void {
    if (this.#closed) return;
    this.#retry.safely(() => {
      this.#writeBacklog();
      this.#takeUpBroken();
      while (this.#idle.size > 0) {
        const next = this.#waiting.next();
        if (next === undefined) break;
        this.#handOut(next.id);
      }
      this.#retry.succeed();
    });
    this.#audience.tellPlaces(() => this.#places());
  }

  /** Throws Problem where the disk takes nothing: the job waits on. */
  #handOut(id: string): void {
    const row = this.#ledger.find(id)!;
    try {
      const content = this.#ledger.content(id);
      this.#ledger.begin(id);
      this.#waiting.begin(row);
      const options = { id, attempt: row.attempts + 1, content, leaseMs: this.#limits.leaseMs, holder: this };
      const claim = new ActiveClaim(options);
      this.#claims.set(id, claim);
      const [take] = this.#idle;
      take!(claim);
    } catch (error) {
      const problem = Problem.from(error);
      if (mayPass(problem)) throw problem;
      this.#log(problem.message);
      this.end(id, { state: "failed", problem: problem.toJSON() });
    }
  }

  /** What is stored as running, but is in nobody's hands: with the engine, or with an earlier companion, it broke off. */
  #takeUpBroken(): void {
    for (const { id, attempts, ...row } of this.#ledger.inState("running")) {
      if (this.#claims.has(id) || this.#backlog.endOf(id)) continue;
      if (attempts >= this.#limits.attempts) {
        this.end(id, { state: "failed", problem: brokenOff(attempts).toJSON() });
        continue;
      }
      this.#ledger.requeue(id, attempts);
      this.#waiting.add({ id, ...row });
    }
  }

  #writeBacklog(): void {
    this.#backlog.writeTo(this.#ledger, {
      isOffered: (id) => this.#audience.has(id),
      onUnstorable: (id, problem) => this.#log(`The end of the job ${id} cannot be stored: ${problem.message}`),
    });
  }

  #makeRoom(): void {
    makeRoom(this.#ledger, this.#limits, (id, problem) => {
      this.#log(problem.message);
      this.#ledger.finish(id, { state: "failed", problem: problem.toJSON() }, { offered: true });
      this.#audience.tell(id, { type: "failed", problem: problem.toJSON() });
    });
  }

  #tellEnd(id: string, end: JobEnd, tell: Listener): void {
    if (this.#audience.has(id)) tell(endEvent(end, () => this.#ledger.content(id).task));
  }

  #hasEnded({ id, state }: JobRow): boolean {
    return this.#backlog.endOf(id) !== undefined || !(state === "queued" || state === "running");
  }

  #places(): ReadonlyMap<string, number> {
    return this.#waiting.places(this.#claims.size);
  }

  #find(id: string, owner: string): JobRow {
    const job = this.#ledger.find(id);
    if (job?.owner === owner && !this.#backlog.isForgotten(id)) return job;
    throw new Problem("job-unknown", `There is no picture with the id "${id}" here: generate it again.`);
  }

  #tryAgain(): void {
    this.#retry.safely(() => void this.#ledger.tryWriting());
    this.#pump();
  }
}

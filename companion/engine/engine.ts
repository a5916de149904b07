/**
 * The supervisor of the engine process. Inference blocks its thread, can't be stopped, and can abort the whole process: so it
 * has a process of its own, a crash costs one attempt at one job, and the next run finds a fresh process.
 */
import type { Progress, Result } from "../../shared/job.ts";
import type { MemoryUse } from "../../shared/memory-use.ts";
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { DeviceInfo } from "../../shared/protocol.ts";
import { type Crash, silentProblem } from "./crash.ts";
import { EngineProcess, type EngineProgram } from "./engine-process.ts";
import { Expectation } from "./expectation.ts";
import type { EngineJob, FromEngine, MappedMessage, SpanMessage } from "./messages.ts";

export interface EngineOptions extends EngineProgram {
  /** How long a cancelled job may take to stop before its process is killed, milliseconds. */
  readonly graceMs?: number;
  /** The pause before the restart after the first, second, … crash in a row, milliseconds. After the last: for a job. */
  readonly pausesMs?: readonly number[];
  /** Between two looks at whether a step takes too long, milliseconds. */
  readonly lookMs?: number;
}

export interface RunOptions {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** `device` and `problem` are both absent while the process starts. */
export interface EngineState {
  readonly device?: DeviceInfo;
  readonly problem?: ProblemData;
}

/** A step of a large model on a small machine takes ten seconds; opening that model again takes one or two. */
const GRACE_MS = 5000;
/** The first comes at once: somebody may wait for a picture, and one crash is most often one job's. Crashes in a row are not. */
const PAUSES_MS = [0, 1000, 2000, 5000, 15_000, 30_000];
/** Crashes in a row, before the process was ready, that a waiting job puts up with. */
const PATIENCE = 3;

/** Between two looks at whether a step takes too long, milliseconds. */
const LOOK_MS = 1000;
/** Jobs whose last attempt may have been ended for want of memory. */
const REMEMBERED = 100;

/** The job in hand. "waiting": for a process that is ready. */
interface Work {
  job: EngineJob;
  readonly options: RunOptions;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  state: "waiting" | "sent";
  /** The level of the ladder on which it begins anew if memory runs out. */
  next?: number | undefined;
  /** Since it was sent. */
  expectation: Expectation;
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #listeners = new Set<(state: EngineState) => void>();
  #process: EngineProcess | undefined;
  #state: EngineState = {};
  #work: Work | undefined;
  /** Levels of the ladder (pipeline/ladder.ts) on which jobs begin at their next attempt. */
  readonly #levels = new Map<string, number>();
  #crashes = 0;
  /** Why the process can't work at all. */
  #refused: Problem | undefined;
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  /** Starts the process. */
  constructor(options: EngineOptions) {
    this.#options = options;
    this.#start();
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Returns how to stop listening. */
  onChange(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * One job at a time. Rejects with the job's own Problem; with "engine-crashed" or "out-of-memory" where the process died; and
   * with the signal's reason where the job was cancelled, once it has stopped.
   */
  async run(job: EngineJob, options: RunOptions): Promise<Result> {
    options.signal.throwIfAborted();
    if (this.#work !== undefined) throw new Problem("internal", "The engine runs one job at a time.");
    let grace: NodeJS.Timeout | undefined;
    const looks = setInterval(() => this.#tellQuiet(), this.#options.lookMs ?? LOOK_MS);
    const cancel = () => {
      if (this.#work?.state !== "sent") return this.#settle((work) => work.reject(options.signal.reason));
      this.#process?.send({ type: "cancel", job: job.id });
      grace = setTimeout(() => void this.#process?.kill(), this.#options.graceMs ?? GRACE_MS);
    };
    options.signal.addEventListener("abort", cancel);
    try {
      return await new Promise<Result>((resolve, reject) => {
        const level = this.#levels.get(job.id) ?? 0;
        const expectation = new Expectation(performance.now());
        this.#work = { job: { ...job, level }, options, resolve, reject, state: "waiting", expectation };
        if (this.#process === undefined) this.#start();
        else this.#handOver();
      });
    } finally {
      options.signal.removeEventListener("abort", cancel);
      clearTimeout(grace);
      clearInterval(looks);
    }
  }

  /** Kills the process. A job that runs is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    await this.#process?.kill();
  }

  #start(): void {
    clearTimeout(this.#restart);
    this.#refused = undefined;
    this.#tell({});
    this.#process = new EngineProcess(this.#options, {
      onMessage: (message) => this.#hear(message),
      onSilence: (seconds) => this.#onSilence(seconds),
      onEnd: (crash) => this.#onProcessEnd(crash),
    });
  }

  #handOver(): void {
    if (this.#work?.state !== "waiting" || this.#state.device === undefined) return;
    this.#work.state = "sent";
    this.#work.expectation = new Expectation(performance.now());
    this.#process?.takeMostResident();
    this.#process?.send({ type: "run", job: this.#work.job });
  }

  #hear(message: Exclude<FromEngine, MappedMessage | SpanMessage>) {
    if (message.type === "ready") {
      this.#tell({ device: message.device });
      return this.#handOver();
    }
    if (message.type === "unavailable") {
      this.#refused = new Problem(message.problem.code, message.problem.message);
      return this.#tell({ problem: message.problem });
    }
    // What a job says after its end was on its way when it ended.
    if (message.job !== this.#work?.job.id) return;
    if (message.type === "progress") {
      this.#work.expectation.hear(message.progress, performance.now());
      return this.#work.options.onProgress(message.progress);
    }
    if (message.type === "rung") {
      this.#work.next = message.next;
      return;
    }
    this.#crashes = 0;
    this.#levels.delete(message.job);
    const memory = this.#memoryTaken();
    this.#settle((work) => {
      if (message.type === "done") work.resolve(withMemory(message.result, memory));
      else if (message.type === "cancelled") work.reject(work.options.signal.reason);
      else work.reject(new Problem(message.problem.code, message.problem.message));
    });
  }

  /** By the work that ends now: measured where it was done in main memory, else as it was planned. */
  #memoryTaken(): MemoryUse | undefined {
    const { device } = this.#state;
    const planned = this.#work?.expectation.last?.memory;
    const need = this.#process?.takeMostResident();
    if (device?.provider !== "cpu" || device.memory === undefined || !need) return planned;
    return { ...planned, need, of: device.memory };
  }

  /** The running step takes longer than those before it. */
  #tellQuiet(): void {
    const quiet = this.#work?.state === "sent" ? this.#work.expectation.quiet(performance.now()) : undefined;
    if (quiet) this.#work?.options.onProgress(quiet);
  }

  /** The process gives no sign of life. It is ended where that goes on. */
  #onSilence(seconds: number | undefined): void {
    const { device } = this.#state;
    if (seconds === undefined) this.#tell({ ...(device && { device }) });
    else this.#tell({ ...(device && { device }), problem: silentProblem(seconds).toJSON() });
    const last = this.#work?.state === "sent" ? this.#work.expectation.last : undefined;
    if (last) this.#work?.options.onProgress({ ...last, ...(seconds !== undefined && { silentSeconds: seconds }) });
  }

  /** The process has ended: by itself, killed by us over a cancelled job, or under a job that it takes along. */
  #onProcessEnd(crash: Crash): void {
    this.#process = undefined;
    const problem = this.#refused ?? crash.problem;
    const cancelled = this.#work?.options.signal.aborted === true;
    const goesOn = !cancelled && !this.#closed && this.#stepDown(crash);
    if (!cancelled && !goesOn) this.#crashes += 1;
    const hopeless = this.#closed || this.#refused !== undefined || this.#crashes >= PATIENCE;
    const pauses = this.#options.pausesMs ?? PAUSES_MS;
    const pause = cancelled || goesOn ? 0 : (pauses[this.#crashes - 1] ?? Number.POSITIVE_INFINITY);
    if (!this.#closed) this.#tell(pause === 0 && !hopeless ? {} : { problem: problem.toJSON() });
    if (cancelled) this.#settle((work) => work.reject(work.options.signal.reason));
    else if (!goesOn && (hopeless || this.#work?.state === "sent")) this.#settle((work) => work.reject(problem));
    // A listener may have called `run` meanwhile. A process that refused to work is only tried again for a job.
    if (this.#closed || this.#refused !== undefined || this.#process !== undefined) return;
    if (Number.isFinite(pause)) this.#restart = setTimeout(() => this.#start(), pause);
  }

  /**
   * Where memory ran out under the job, it goes on one rung lower in the next process: true. Where that is only likely, its next
   * attempt begins there: false, as in every other case.
   */
  #stepDown({ memory }: Crash): boolean {
    const work = this.#work;
    if (work?.state !== "sent" || memory === "no") return false;
    const level = work.next;
    if (level === undefined) return false;
    if (memory === "yes") {
      work.job = { ...work.job, level };
      work.state = "waiting";
      return true;
    }
    this.#levels.set(work.job.id, level);
    if (this.#levels.size > REMEMBERED) this.#levels.delete(this.#levels.keys().next().value!);
    return false;
  }

  #settle(how: (work: Work) => void): void {
    const work = this.#work;
    this.#work = undefined;
    if (work !== undefined) how(work);
  }

  #tell(state: EngineState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}

const withMemory = (result: Result, memory: MemoryUse | undefined): Result =>
  memory === undefined ? result : { ...result, facts: { ...result.facts, memory } };

import { Worker } from "node:worker_threads";
import type { JobEvent } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import type { EngineState } from "../engine/engine.ts";
import { passSpan } from "../profile/spans.ts";
import type { JobQueue, NewJob, Sha256 } from "../queue/job-queue.ts";
import { movedImages } from "./moved.ts";
import type { FromWork, ToWork, WorkCall, WorkEvent, WorkSetup } from "./work-messages.ts";

export interface WorkThreadOptions {
  /** The built entry of the thread. */
  readonly entry: string;
  readonly setup: WorkSetup;
  readonly onEvent: (event: WorkEvent) => void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (problem: Problem) => void;
}

interface Subscription {
  readonly id: string;
  readonly owner: string;
  readonly listener: (event: JobEvent) => void;
}

/** Between a thread that cannot be opened and the next try, milliseconds. */
const AGAIN_MS = 1000;

/**
 * This machine's queue and engine, in a thread of their own: as a `JobQueue`, and as the engine that the gateway tells of. A
 * thread that dies is begun anew: what was asked of it fails, what it had accepted is on the disk.
 */
export class WorkInThread implements JobQueue {
  readonly #options: WorkThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #engineListeners = new Set<(state: EngineState) => void>();
  #state: EngineState = {};
  #worker: Worker | undefined;
  #lastId = 0;
  #started = false;
  #closed = false;

  private constructor(options: WorkThreadOptions) {
    this.#options = options;
  }

  /** Rejects with Problem "data-in-use", "data-newer", "data-not-writable" or "disk-full". */
  static async open(options: WorkThreadOptions): Promise<WorkInThread> {
    const work = new WorkInThread(options);
    await work.#begin();
    return work;
  }

  /** Of the engine. */
  get state(): EngineState {
    return this.#state;
  }

  /** Of the engine's state. Returns how to stop listening. */
  onChange(listener: (state: EngineState) => void): () => void {
    this.#engineListeners.add(listener);
    return () => void this.#engineListeners.delete(listener);
  }

  /** Jobs may begin. */
  start(): void {
    this.#started = true;
    this.#say({ type: "start" });
  }

  submit(jobs: readonly NewJob[], images: ReadonlyMap<Sha256, Uint8Array>): Promise<{ missing: readonly Sha256[] }> {
    const { value, transfer } = movedImages(images);
    return this.#ask({ name: "submit", jobs, images: value }, transfer);
  }

  cancel(id: string, owner: string): Promise<void> {
    return this.#ask({ name: "cancel", id, owner });
  }

  acknowledge(id: string, owner: string): Promise<void> {
    return this.#ask({ name: "acknowledge", id, owner });
  }

  async subscribe(id: string, owner: string, listener: (event: JobEvent) => void): Promise<() => void> {
    this.#lastId += 1;
    const number = this.#lastId;
    this.#subscriptions.set(number, { id, owner, listener });
    try {
      await this.#ask({ name: "subscribe", id, owner, listener: number });
    } catch (error) {
      this.#subscriptions.delete(number);
      throw error;
    }
    return () => {
      if (this.#subscriptions.delete(number)) this.#say({ type: "unsubscribe", listener: number });
    };
  }

  jobsOf(owner: string): Promise<string[]> {
    return this.#ask({ name: "jobsOf", owner });
  }

  inherit(ids: readonly string[], owner: string, present: ReadonlySet<string>): Promise<void> {
    return this.#ask({ name: "inherit", ids, owner, present });
  }

  /** Jobs that run go on another day. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#ask({ name: "close" });
    this.#closed = true;
    await this.#worker?.terminate();
  }

  /** Resolves when it is open. */
  #begin(): Promise<void> {
    const { entry, setup } = this.#options;
    const worker = new Worker(entry, { workerData: setup, execArgv: [] });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let isOpen = false;
      let died: unknown = new Error("The work's thread ended");
      worker.on("message", (message: FromWork) => {
        if (message.type === "opened") {
          isOpen = true;
          resolve();
        } else if (message.type === "refused") reject(new Problem(message.problem.code, message.problem.message));
        else this.#hear(message);
      });
      worker.on("error", (error) => {
        died = error;
      });
      worker.on("exit", () => {
        reject(died);
        this.#worker = undefined;
        const problem = Problem.from(died);
        for (const { reject } of this.#waiting.values()) reject(problem);
        this.#waiting.clear();
        if (isOpen && !this.#closed) this.#restart(problem);
      });
    });
  }

  #restart(cause: Problem): void {
    this.#options.onEvent({ type: "note", line: cause.message });
    const open = async (): Promise<void> => {
      try {
        await this.#begin();
      } catch (error) {
        this.#options.onEvent({ type: "note", line: Problem.from(error).message });
        if (!this.#closed) setTimeout(open, AGAIN_MS).unref();
        return;
      }
      if (this.#started) this.#say({ type: "start" });
      for (const [listener, { id, owner }] of this.#subscriptions)
        this.#ask({ name: "subscribe", id, owner, listener }).catch(() => this.#subscriptions.delete(listener));
    };
    void open();
  }

  #ask<T>(call: WorkCall, transfer: ArrayBuffer[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#worker === undefined)
        throw new Problem("internal", "The work's thread is being started anew: try again.");
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#say({ type: "call", id: this.#lastId, call }, transfer);
    });
  }

  #hear(message: Exclude<FromWork, { type: "opened" | "refused" }>): void {
    if (message.type === "job") this.#subscriptions.get(message.listener)?.listener(message.event);
    else if (message.type === "span") passSpan(message.span);
    else if (message.type === "engine") {
      this.#state = message.state;
      for (const listener of [...this.#engineListeners]) listener(message.state);
    } else if (message.type === "event") {
      const { event } = message;
      if (!("problem" in event)) this.#options.onEvent(event);
      else this.#options.onEvent({ ...event, problem: new Problem(event.problem.code, event.problem.message) });
    } else {
      const asked = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.type === "answer") asked?.resolve(message.value as never);
      else asked?.reject(new Problem(message.problem.code, message.problem.message));
    }
  }

  #say(message: ToWork, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }
}

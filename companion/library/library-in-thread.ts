import path from "node:path";
import { Worker } from "node:worker_threads";
import { Problem } from "../../shared/problem.ts";
import type {
  FromLibrary,
  LibraryAnswer,
  LibraryCall,
  LibraryList,
  LibrarySetup,
  ToLibrary,
} from "./library-messages.ts";
import type { LiveLibrary } from "./live-library.ts";

/** For one file, milliseconds: a thousand times what one takes on a slow disk. */
export const FILE_MS = 20_000;
/** MiB of JavaScript's heap: some ten times what the largest file that is allowed takes. */
const HEAP_MIB = 1024;

export interface LibraryThreadOptions {
  /** The built entry of the thread. */
  readonly entry: string;
  readonly setup: Omit<LibrarySetup, "refused">;
  readonly fileMs?: number;
}

interface Waiting {
  readonly call: LibraryCall;
  readonly resolve: (value: never) => void;
  readonly reject: (problem: Problem) => void;
}

/**
 * The library in a thread of its own. A file that takes longer than `FILE_MS`, or more memory than there is, costs that
 * thread: it is begun anew, and the file is in the list as one that can't be used.
 */
export class LibraryInThread implements LiveLibrary {
  readonly #options: LibraryThreadOptions;
  readonly #refused = new Map<string, ReturnType<Problem["toJSON"]>>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<() => void>();
  #worker: Worker | undefined;
  #opening: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextList: Promise<LibraryList> | undefined;
  #lastList: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #closed = false;

  constructor(options: LibraryThreadOptions) {
    this.#options = options;
    this.#begin();
  }

  /** One answer after the other, as they are long: whoever asks before the next is asked for shares it. */
  list(): Promise<LibraryList> {
    if (this.#nextList === undefined) {
      const ask = (): Promise<LibraryList> => {
        this.#nextList = undefined;
        return this.#ask({ name: "list" });
      };
      this.#nextList = this.#lastList.then(ask, ask);
      this.#lastList = this.#nextList;
    }
    return this.#nextList;
  }

  digests(): Promise<ReadonlyMap<string, string>> {
    return this.#ask({ name: "digests" });
  }

  hashes(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#ask({ name: "hashes", ids });
  }

  thumbnail(id: string): Promise<Uint8Array | undefined> {
    return this.#ask({ name: "thumbnail", id });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#say({ type: "watch", on: true });
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#say({ type: "watch", on: false });
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#worker?.terminate();
  }

  #ask<T extends LibraryAnswer>(call: LibraryCall): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { call, resolve, reject });
      this.#say({ type: "call", id: this.#lastId, call });
      if (this.#timer === undefined) this.#watchTime();
    });
  }

  #begin(): void {
    const { entry, setup } = this.#options;
    const worker = new Worker(entry, {
      workerData: { ...setup, refused: this.#refused } satisfies LibrarySetup,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      execArgv: [],
    });
    worker.unref();
    worker.on("message", (message: FromLibrary) => this.#hear(message));
    worker.on("error", (error: Error) => this.#restart(worker, error));
    this.#worker = worker;
    this.#opening = undefined;
    if (this.#listeners.size > 0) this.#say({ type: "watch", on: true });
    for (const [id, { call }] of this.#waiting) this.#say({ type: "call", id, call });
  }

  #hear(message: FromLibrary): void {
    this.#watchTime();
    if (message.type === "opening") {
      this.#opening = message.file;
      return;
    }
    if (message.type === "changed") this.#tellChange();
    else {
      const call = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.type === "answer") call?.resolve(message.value as never);
      else call?.reject(new Problem(message.problem.code, message.problem.message));
    }
    if (this.#waiting.size > 0) return;
    // Said between two files: where it reads on, the next one's "opening" follows.
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#opening = undefined;
  }

  #tellChange(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Each message of the thread gives it as much time again. */
  #watchTime(): void {
    clearTimeout(this.#timer);
    const { fileMs = FILE_MS } = this.#options;
    const worker = this.#worker!;
    this.#timer = setTimeout(() => {
      void worker.terminate();
      this.#restart(worker, new Error(`It took more than ${fileMs / 1000} seconds`));
    }, fileMs);
    this.#timer.unref();
  }

  #restart(worker: Worker, cause: Error): void {
    if (this.#closed || worker !== this.#worker) return;
    worker.removeAllListeners();
    const file = this.#opening;
    if (file === undefined) {
      // Not a file's fault: what was asked fails, and the next question finds a fresh thread.
      const problem = Problem.from(cause);
      for (const { reject } of this.#waiting.values()) reject(problem);
      this.#waiting.clear();
    } else {
      const says = `"${path.basename(file)}" takes more time or memory to open than any model does: delete it, or download it again from a source you trust.`;
      this.#refused.set(file, new Problem("file-unreadable", says, { cause }).toJSON());
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#begin();
    if (this.#waiting.size > 0) this.#watchTime();
    // What was being read behind a list that was given in part is to be asked for anew.
    else if (file !== undefined) this.#tellChange();
  }

  #say(message: ToLibrary): void {
    this.#worker?.postMessage(message);
  }
}

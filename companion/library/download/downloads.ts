/** The downloads of a running companion: one for each repository, followed and cancelled by name. */
import { Problem } from "../../../shared/problem.ts";
import type { DownloadInfo } from "../../../shared/protocol.ts";
import { type DownloadOptions, type DownloadRequest, downloadModel, PAUSED } from "./download.ts";

type Settings = Omit<DownloadOptions, "signal" | "onProgress">;

/** Between two tellings of one download's progress, milliseconds. */
const TELL_MS = 250;
/** At a time: more would only share the line. */
const MOST = 4;

export class Downloads {
  readonly #settings: Settings;
  readonly #all = new Map<string, { info: DownloadInfo; cancel: AbortController; ended: Promise<void> }>();
  readonly #listeners = new Set<(all: readonly DownloadInfo[]) => void>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Running and failed ones. One that is done is a model, and is listed there. */
  list(): readonly DownloadInfo[] {
    return [...this.#all.values()].map(({ info }) => info);
  }

  /** Returns how to stop listening. */
  onChange(listener: (all: readonly DownloadInfo[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One that runs already goes on. Throws Problem "queue-full". */
  start(request: DownloadRequest): void {
    const { repo } = request;
    const running = [...this.#all.values()].filter(({ info }) => info.state === "running");
    if (running.some(({ info }) => info.repo === repo)) return;
    if (running.length >= MOST)
      throw new Problem("queue-full", `${MOST} downloads are running: wait until one of them is done.`);
    const cancel = new AbortController();
    let told = 0;
    const set = (change: Partial<DownloadInfo>) => {
      const entry = this.#all.get(repo);
      if (entry === undefined || entry.cancel !== cancel) return;
      entry.info = { ...entry.info, ...change };
      if (change.state === undefined && performance.now() - told < TELL_MS) return;
      told = performance.now();
      this.#tell();
    };
    const run = async () => {
      try {
        const onProgress: DownloadOptions["onProgress"] = ({ done, total }) => set({ done, total });
        await downloadModel(request, { ...this.#settings, signal: cancel.signal, onProgress });
        this.#forget(repo);
      } catch (error) {
        if (cancel.signal.aborted) this.#forget(repo);
        else set({ state: "failed", problem: Problem.from(error).toJSON() });
      }
    };
    const info: DownloadInfo = { repo, state: "running", done: 0, total: 0 };
    const entry = { info, cancel, ended: Promise.resolve() };
    this.#all.set(repo, entry);
    entry.ended = run();
    this.#tell();
  }

  /** Also takes a failed one off the list. One that is not there is no error: it may just have ended. */
  cancel(repo: string): void {
    const entry = this.#all.get(repo);
    entry?.cancel.abort();
    if (entry?.info.state === "failed") this.#forget(repo);
  }

  /** Stops all; they are gone on with when they are started again. */
  async close(): Promise<void> {
    this.#listeners.clear();
    for (const { cancel } of this.#all.values()) cancel.abort(PAUSED);
    await Promise.all([...this.#all.values()].map(({ ended }) => ended));
  }

  #forget(repo: string): void {
    this.#all.delete(repo);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener(this.list());
  }
}

import type { JobEvent } from "../../shared/job.ts";

export type Listener = (event: JobEvent) => void;

/** Who listens to which job, and what was last said of its place and its progress. */
export class Audience {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** Places that were last told, by job. */
  readonly #places = new Map<string, number>();
  readonly #onError: (error: unknown) => void;

  /** `onError`: a listener threw. The others hear all the same. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Returns how to stop listening. */
  add(job: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(job) ?? new Set();
    this.#listeners.set(job, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(job) !== listeners) return;
      this.#listeners.delete(job);
      this.#places.delete(job);
    };
  }

  has(job: string): boolean {
    return this.#listeners.has(job);
  }

  tell(job: string, event: JobEvent): void {
    for (const listener of [...(this.#listeners.get(job) ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** Tells one of those who listen how many run before a waiting job. */
  tellPlace(job: string, ahead: number, listener: Listener): void {
    this.#places.set(job, ahead);
    listener({ type: "queued", ahead });
  }

  /** Tells those who listen to waiting jobs how many run before each, where that has changed. */
  tellPlaces(places: () => ReadonlyMap<string, number>): void {
    if (this.#listeners.size === 0) return;
    for (const [job, ahead] of places()) {
      if (!this.has(job) || this.#places.get(job) === ahead) continue;
      this.#places.set(job, ahead);
      this.tell(job, { type: "queued", ahead });
    }
  }
}

import type { JobEvent } from "../../shared/job.ts";
import { Turns } from "./turns.ts";

export type Listener = (event: JobEvent) => void;

/** Who listens to which job, and what was last said of its place and its progress. */
export class Audience {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** Places that were last told, by job. */
  readonly #places = new Map<string, number>();
  readonly #onError: (error: unknown) => void;
  readonly #turns = new Turns();

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

  /** Resolves when the next small thing may be done without silencing others. */
  turn(): Promise<void> {
    return this.#turns.take();
  }

  /** Tells one of those who listen how many run before a waiting job. */
  tellPlace(job: string, ahead: number, listener: Listener): void {
    this.#places.set(job, ahead);
    listener({ type: "queued", ahead });
  }

  /** Tells those who listen to waiting jobs how many run before each, where that has changed. */
  tellPlaces(places: () => ReadonlyMap<string, number>): void {
    if (this.#listeners.size === 0) return;
    for (const [job, ahead] of places()) this.#tellChange(job, ahead);
  }

  /** As `tellPlaces`, of thousands of jobs: whoever else has something to do on this thread does it in between. */
  async tellPlacesInTurns(places: ReadonlyMap<string, number>): Promise<void> {
    for (const [job, ahead] of places) if (this.#tellChange(job, ahead)) await this.turn();
  }

  /** False where there is nobody to tell, or nothing. */
  #tellChange(job: string, ahead: number): boolean {
    if (!this.has(job) || this.#places.get(job) === ahead) return false;
    this.#places.set(job, ahead);
    this.tell(job, { type: "queued", ahead });
    return true;
  }
}

import type { JobEnd } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { mayPass } from "./disk-problem.ts";
import type { Ledger } from "./ledger.ts";

/** What the ledger is still to be told, because its disk was too full: it is true from here on, and lost with the companion. */
export class Backlog {
  readonly #ends = new Map<string, JobEnd>();
  readonly #acknowledged = new Set<string>();
  /** What no waiting makes storable stays in memory, and in nobody's way. */
  readonly #unstorable = new Set<string>();

  endOf(id: string): JobEnd | undefined {
    return this.#ends.get(id);
  }

  isForgotten(id: string): boolean {
    return this.#acknowledged.has(id);
  }

  end(id: string, end: JobEnd): void {
    this.#ends.set(id, end);
  }

  forget(id: string): void {
    this.#ends.delete(id);
    this.#unstorable.delete(id);
    this.#acknowledged.add(id);
  }

  /**
   * `isOffered`: whether a job's owner is there. `onUnstorable`: this one is not tried again. Throws Problem "disk-full" or
   * "data-not-writable" while the disk takes nothing.
   */
  writeTo(
    ledger: Ledger,
    {
      isOffered,
      onUnstorable,
    }: { isOffered: (id: string) => boolean; onUnstorable: (id: string, problem: Problem) => void },
  ): void {
    const store = (id: string, kept: { delete(id: string): boolean }, body: () => void) => {
      if (this.#unstorable.has(id)) return;
      try {
        body();
        kept.delete(id);
      } catch (error) {
        const problem = Problem.from(error);
        if (mayPass(problem)) throw problem;
        this.#unstorable.add(id);
        onUnstorable(id, problem);
      }
    };
    for (const id of this.#acknowledged) store(id, this.#acknowledged, () => ledger.forget(id));
    for (const [id, end] of this.#ends) store(id, this.#ends, () => ledger.finish(id, end, { offered: isOffered(id) }));
  }
}

import type { JobEnd } from "../../shared/job.ts";
import type { Ledger } from "./ledger.ts";

/** What the ledger is still to be told, because its disk was too full: it is true from here on, and lost with the companion. */
export class Backlog {
  readonly #ends = new Map<string, JobEnd>();
  readonly #acknowledged = new Set<string>();

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
    this.#acknowledged.add(id);
  }

  /** `isOffered`: whether a job's owner is there. Throws Problem "disk-full" while there is still no room. */
  writeTo(ledger: Ledger, isOffered: (id: string) => boolean): void {
    for (const id of this.#acknowledged) {
      ledger.forget(id);
      this.#acknowledged.delete(id);
    }
    for (const [id, end] of this.#ends) {
      ledger.finish(id, end, { offered: isOffered(id) });
      this.#ends.delete(id);
    }
  }
}

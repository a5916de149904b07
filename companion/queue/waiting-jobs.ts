import { fairOrder, type Waiting } from "./fair-order.ts";

interface Place extends Waiting {
  /** Of arrival. */
  readonly seq: number;
}

/** The jobs that wait, in memory: owners take turns, and those of one owner run in the order they came. */
export class WaitingJobs {
  readonly #jobs = new Map<string, Place>();
  /** Owners that had their turn, longest ago first. */
  #served: string[] = [];

  add({ id, owner, seq }: Place): void {
    this.#jobs.set(id, { id, owner, seq });
  }

  delete(id: string): void {
    this.#jobs.delete(id);
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** How many of one owner. */
  countOf(owner: string): number {
    let count = 0;
    for (const job of this.#jobs.values()) if (job.owner === owner) count++;
    return count;
  }

  /** Takes out the job whose turn it is. */
  take(): Place | undefined {
    const next = this.#order()[0];
    if (next === undefined) return undefined;
    this.#jobs.delete(next.id);
    this.#served = [...this.#served.filter((owner) => owner !== next.owner), next.owner];
    return next;
  }

  /** Job → jobs that run before it, where `busy` run already. */
  places(busy: number): ReadonlyMap<string, number> {
    return new Map(this.#order().map(({ id }, i) => [id, i + busy]));
  }

  #order(): Place[] {
    return fairOrder(
      [...this.#jobs.values()].sort((a, b) => a.seq - b.seq),
      this.#served,
    );
  }
}

import { fairOrder, type Waiting } from "./fair-order.ts";

interface Place extends Waiting {
  readonly owner: string;
  /** Of arrival. */
  readonly seq: number;
}

/** The jobs that wait, in memory, in fair order. */
export class WaitingJobs {
  readonly #jobs = new Map<string, Place>();
  /** Jobs that were begun, by person. */
  readonly #usage = new Map<string, number>();
  /** The usage of whoever was served last: whoever comes back has no credit for the time away. */
  #turn = 0;

  add({ id, owner, seq, person, batch }: Place): void {
    if (![...this.#jobs.values()].some((job) => job.person === person))
      this.#usage.set(person, Math.max(this.#used(person), this.#turn));
    this.#jobs.set(id, { id, owner, seq, person, batch });
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

  /** The job whose turn it is. */
  next(): Place | undefined {
    return this.#order()[0];
  }

  /** The job runs: its person had a turn. */
  begin({ id, person }: Pick<Place, "id" | "person">): void {
    this.#jobs.delete(id);
    const used = this.#used(person);
    this.#turn = Math.max(this.#turn, used);
    this.#usage.set(person, used + 1);
    if (this.#jobs.size > 0) return;
    this.#usage.clear();
    this.#turn = 0;
  }

  /** Job → jobs that run before it, where `busy` run already. */
  places(busy: number): ReadonlyMap<string, number> {
    return new Map(this.#order().map(({ id }, i) => [id, i + busy]));
  }

  #used(person: string): number {
    return this.#usage.get(person) ?? 0;
  }

  #order(): Place[] {
    const arrived = [...this.#jobs.values()].sort((a, b) => a.seq - b.seq);
    return fairOrder(arrived, (person) => this.#used(person));
  }
}

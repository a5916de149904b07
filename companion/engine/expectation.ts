import type { Progress } from "../../shared/job.ts";

/** Milliseconds that anything may take without a word. */
const PATIENCE_MS = 10_000;
/** That opening a model, or a first step, may take: nobody knows yet how long it will. */
const FIRST_PATIENCE_MS = 30_000;
/** As often as its predecessors a step may take. */
const TIMES = 3;

/** Knows how long a job's steps take, and so when one takes longer than it should. */
export class Expectation {
  #last: Progress | undefined;
  #lastAt: number;
  #longest = 0;

  /** `now`: milliseconds, from any start. */
  constructor(now: number) {
    this.#lastAt = now;
  }

  /** What was last heard, without its preview. */
  get last(): Progress | undefined {
    return this.#last;
  }

  hear(progress: Progress, now: number): void {
    const { preview: _, ...last } = progress;
    // The first step opens and warms up the network.
    if (last.stage === "denoising" && last.step > 1) this.#longest = Math.max(this.#longest, now - this.#lastAt);
    this.#last = last;
    this.#lastAt = now;
  }

  /** What was last heard, and for how many seconds nothing came after it, where that is longer than expected. */
  quiet(now: number): Progress | undefined {
    const passed = now - this.#lastAt;
    const steps = this.#last?.stage === "denoising" && this.#longest > 0;
    const patience = steps ? Math.max(PATIENCE_MS, TIMES * this.#longest) : FIRST_PATIENCE_MS;
    if (this.#last === undefined || passed < patience) return undefined;
    const { secondsLeft: _, ...last } = this.#last;
    return { ...last, quietSeconds: Math.round(passed / 1000) };
  }
}

import { Problem, type ProblemCode } from "../../shared/problem.ts";
import { mayPass } from "./disk-problem.ts";

export interface DiskRetryOptions {
  /** Until the next try, milliseconds. */
  readonly ms: number;
  readonly log: (line: string) => void;
  readonly again: () => void;
}

/** What the disk does not take now is tried again later; what no wait mends is not. Each is said once, until all went well again. */
export class DiskRetry {
  readonly #options: DiskRetryOptions;
  #timer: NodeJS.Timeout | undefined;
  #said: ProblemCode | undefined;
  #stopped = false;

  constructor(options: DiskRetryOptions) {
    this.#options = options;
  }

  safely(body: () => void): void {
    try {
      body();
    } catch (error) {
      const { ms, log, again } = this.#options;
      const problem = Problem.from(error);
      if (problem.code !== this.#said) log(problem.message);
      this.#said = problem.code;
      clearTimeout(this.#timer);
      if (!this.#stopped && mayPass(problem)) this.#timer = setTimeout(again, ms).unref();
    }
  }

  /** All that was to be written is. */
  succeed(): void {
    this.#said = undefined;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

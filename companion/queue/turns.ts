import { setImmediate } from "node:timers/promises";

/** Small things done between two turns of the event loop: some milliseconds. */
const SLICE = 100;

/**
 * Thousands who wait for one answer all go on within one turn of the event loop, and nobody else is heard meanwhile. Each of them
 * takes a turn first: SLICE of them go on at once, the others after whoever else has something to do on this thread.
 */
export class Turns {
  #left = SLICE;
  #next: Promise<void> | undefined;

  async take(): Promise<void> {
    while (this.#left === 0) await this.#nextTurn();
    this.#left--;
    void this.#nextTurn();
  }

  #nextTurn(): Promise<void> {
    this.#next ??= setImmediate().then(() => {
      this.#left = SLICE;
      this.#next = undefined;
    });
    return this.#next;
  }
}

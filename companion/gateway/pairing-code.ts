/**
 * The six digits that a person carries from the terminal to the plugin. A code works once, for two minutes; after five wrong
 * ones there is a pause, longer each time, and then a new code. A guesser gets five tries in a million per pause.
 */
import { randomInt } from "node:crypto";
import { equalInConstantTime } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";

export const CODE_MS = 2 * 60 * 1000;
export const TRIES = 5;
/** After five wrong codes; doubled each time up to an hour, until a pairing succeeds. */
export const LOCK_MS = 30 * 1000;
const LONGEST_LOCK_MS = 60 * 60 * 1000;

/** The code to show, or since when there is none. */
export type CodeState =
  | { readonly kind: "shown"; readonly code: string }
  | { readonly kind: "locked"; readonly ms: number };

export interface PairingCodeOptions {
  /** Called whenever another code counts, at once the first time. */
  readonly onChange: (state: CodeState) => void;
  /** For tests: always this code. */
  readonly fixed?: string;
}

export class PairingCode {
  readonly #options: PairingCodeOptions;
  #code: string | undefined;
  #wrong = 0;
  #locks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PairingCodeOptions) {
    this.#options = options;
    this.#renew();
  }

  /** Uses the code up. Throws Problem "pairing-code-wrong" or "pairing-locked". */
  redeem(code: string): void {
    if (this.#code === undefined)
      throw new Problem("pairing-locked", "Too many wrong codes: wait for the companion to show a new one.");
    if (!equalInConstantTime(code, this.#code)) {
      this.#wrong += 1;
      if (this.#wrong >= TRIES) this.#lock();
      throw new Problem(
        "pairing-code-wrong",
        "The code is wrong or has expired: type the one that the companion shows now.",
      );
    }
    this.#locks = 0;
    this.#renew();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #renew(): void {
    this.#code = this.#options.fixed ?? String(randomInt(1_000_000)).padStart(6, "0");
    this.#wrong = 0;
    this.#after(CODE_MS);
    this.#options.onChange({ kind: "shown", code: this.#code });
  }

  #lock(): void {
    this.#code = undefined;
    const ms = Math.min(LOCK_MS * 2 ** this.#locks, LONGEST_LOCK_MS);
    this.#locks += 1;
    this.#after(ms);
    this.#options.onChange({ kind: "locked", ms });
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), ms);
    this.#timer.unref();
  }
}

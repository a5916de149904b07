/**
 * The digits that a person carries from the terminal to the plugin. A code works once, for two minutes. It is never locked:
 * wrong codes make the next ones longer, and nobody can keep the owner from typing the one that is shown.
 */
import { randomInt } from "node:crypto";
import { beginPairing, type Nonces, type PairingExchange, type PairingSecret } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";
import { Guesses } from "./guesses.ts";
import type { Invitations } from "./invitations.ts";

export const CODE_MS = 2 * 60 * 1000;

/**
 * How long a code is once so many wrong ones came. What a guesser may hope for in all: 5 in 10⁶, 495 in 10⁹, and then, at a
 * thousand tries a second, 3 % in a year, with the terminal saying so.
 */
export const LENGTHS = [
  { guesses: 0, digits: 6 },
  { guesses: 5, digits: 9 },
  { guesses: 500, digits: 12 },
] as const;

/** The code to show; `wrong`: how many wrong ones came lately, from anyone. */
export interface CodeState {
  readonly code: string;
  readonly wrong: number;
}

export interface PairingCodeOptions {
  /** Called whenever another code counts, at once the first time. */
  readonly onChange: (state: CodeState) => void;
  /** For tests: always this code. */
  readonly fixed?: string;
  /** Where wrong codes are counted. Absent: in memory. */
  readonly guesses?: Guesses;
  /** Whoever is asked in by name has a code of their own, which counts in place of the shown one. */
  readonly invitations?: Pick<Invitations, "current" | "remove">;
}

/** One plugin's try at the code that is shown. */
export interface PairingAttempt extends Pick<PairingExchange, "share"> {
  /** Uses the code up where the plugin knew it, else counts a guess and throws Problem "pairing-code-wrong". */
  confirm(confirmation: string): {
    readonly confirmation: string;
    readonly secret: PairingSecret;
    /** Who was asked in. */
    readonly name?: string;
  };
}

export class PairingCode {
  readonly #options: PairingCodeOptions;
  readonly #guesses: Guesses;
  #code = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PairingCodeOptions) {
    this.#options = options;
    this.#guesses = options.guesses ?? new Guesses();
    this.#renew();
  }

  /** Of the code that is shown. */
  get digits(): number {
    return (this.#options.invitations?.current()?.code ?? this.#code).length;
  }

  /** Whether the code that counts was made for a person who was asked in by name. */
  get invited(): boolean {
    return this.#options.invitations?.current() !== undefined;
  }

  /** Begins the key exchange over the code that is shown now; `share` is the plugin's. */
  attempt({ share, nonces }: { share: string; nonces: Nonces }): PairingAttempt {
    const { invitations } = this.#options;
    const invited = invitations?.current();
    const code = invited?.code ?? this.#code;
    const exchange = beginPairing("companion", { code, nonces });
    return {
      share: exchange.share,
      confirm: (confirmation) => {
        const key = exchange.finish(share);
        if (key === undefined || !key.confirmedBy(confirmation)) throw this.#wrong();
        // Right, but used up or replaced since the attempt began.
        if (code !== (invitations?.current()?.code ?? this.#code)) throw wrong();
        if (invited === undefined) this.#renew();
        else invitations?.remove();
        return { ...key, ...(invited && { name: invited.name }) };
      },
    };
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #wrong(): Problem {
    this.#guesses.add();
    if (this.#options.fixed === undefined && this.#code.length < digitsFor(this.#guesses.count)) this.#renew();
    return wrong();
  }

  #renew(): void {
    const digits = digitsFor(this.#guesses.count);
    // randomInt takes at most 48 bits: three digits at a time are enough for any length.
    const fresh = () => Array.from({ length: digits / 3 }, () => String(randomInt(1000)).padStart(3, "0")).join("");
    this.#code = this.#options.fixed ?? fresh();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), CODE_MS);
    this.#timer.unref();
    this.#options.onChange({ code: this.#code, wrong: this.#guesses.count });
  }
}

const digitsFor = (guesses: number) => LENGTHS.findLast((length) => guesses >= length.guesses)!.digits;

const wrong = () =>
  new Problem("pairing-code-wrong", "The code is wrong or has expired: type the one that the companion shows now.");

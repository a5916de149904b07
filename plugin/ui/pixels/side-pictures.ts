import { addressOf } from "./raster.ts";

/** The pictures that lie beside models and add-ons, asked of the companion once each. */
export class SidePictures {
  readonly #ask: (id: string) => void;
  readonly #kept = new Map<string, Promise<string | null>>();
  readonly #waiting = new Map<string, (address: string | null) => void>();

  /** `ask` may do nothing while the companion is away. */
  constructor(ask: (id: string) => void) {
    this.#ask = ask;
  }

  /** The picture's address, or null where there is none. */
  of(id: string): Promise<string | null> {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const answer = new Promise<string | null>((resolve) => this.#waiting.set(id, resolve));
    this.#kept.set(id, answer);
    this.#ask(id);
    return answer;
  }

  onAnswer(id: string, bytes: Uint8Array | undefined): void {
    this.#waiting.get(id)?.(bytes === undefined ? null : addressOf(bytes));
    this.#waiting.delete(id);
  }

  /** After a break: what was asked before it is not answered any more. */
  askAgain(): void {
    for (const id of this.#waiting.keys()) this.#ask(id);
  }
}

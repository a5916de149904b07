/** What waits to be sent over one wire: in fragments that leave one after the other, so that a large picture is never encrypted or copied at once. */
export interface Wire {
  /** `onLeft`: it has left, or never will. */
  send(bytes: Uint8Array, isLast: boolean, onLeft: () => void): void;
}

/** Of one fragment, bytes. */
const FRAGMENT_BYTES = 256 * 1024;
/** That are on their way at a time, bytes: small messages do not wait for one another. */
const WINDOW_BYTES = 1024 * 1024;

export class Outbox {
  readonly #wire: Wire;
  readonly #waiting: { readonly bytes: Uint8Array; readonly isLast: boolean }[] = [];
  #bytes = 0;
  #underway = 0;
  #onEmpty: (() => void) | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** One message, of these parts. They must not change any more. */
  send(parts: readonly Uint8Array[]): void {
    const fragments = parts.flatMap(fragmentsOf);
    for (const [i, bytes] of fragments.entries()) this.#waiting.push({ bytes, isLast: i === fragments.length - 1 });
    for (const { length } of fragments) this.#bytes += length;
    this.#pump();
  }

  /** Bytes that have not been handed on. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Calls `then` once everything was handed on. */
  whenEmpty(then: () => void): void {
    this.#onEmpty = then;
    this.#pump();
  }

  #pump(): void {
    while (this.#underway < WINDOW_BYTES) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const { length } = next.bytes;
      this.#bytes -= length;
      this.#underway += length;
      this.#wire.send(next.bytes, next.isLast, () => {
        this.#underway -= length;
        this.#pump();
      });
    }
    if (this.#waiting.length > 0) return;
    this.#onEmpty?.();
    this.#onEmpty = undefined;
  }
}

function fragmentsOf(part: Uint8Array): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < part.length; at += FRAGMENT_BYTES)
    fragments.push(part.subarray(at, at + FRAGMENT_BYTES));
  return fragments;
}

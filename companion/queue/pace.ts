/**
 * Lets at most one call in `ms` through to `send`; of what comes in between, the newest goes out when its time has come. While
 * `ready()` is false (the wire is full), nothing goes out and the newest waits.
 */
export class Pace<T> {
  readonly #send: (value: T) => void;
  readonly #ms: number;
  readonly #ready: () => boolean;
  #waiting: { readonly value: T } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (value: T) => void, { ms, ready }: { ms: number; ready: () => boolean }) {
    this.#send = send;
    this.#ms = ms;
    this.#ready = ready;
  }

  push(value: T): void {
    this.#waiting = { value };
    if (this.#timer === undefined) this.#flush();
  }

  /** Nothing more goes out; what waits is dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#waiting === undefined) return;
    if (this.#ready()) {
      const { value } = this.#waiting;
      this.#waiting = undefined;
      this.#send(value);
    }
    this.#timer = setTimeout(() => this.#flush(), this.#ms);
    this.#timer.unref();
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../shared/problem.ts";

/** Asked for and not answered yet, of one client. A client asks for those that it shows. */
export const MOST_WAITING = 256;
/** Between two answers, milliseconds: a list that is scrolled through must not keep the companion from its work. */
export const THUMBNAIL_MS = 5;
/** Between two looks at a wire that is full, milliseconds. */
const FULL_MS = 100;

export interface ThumbnailsOptions {
  /** Undefined where there is no picture that can be read. */
  readonly find: (id: string) => Promise<Uint8Array | undefined>;
  readonly answer: (id: string, image: Uint8Array | undefined) => void;
  /** False while the wire is full: nothing goes out then. */
  readonly ready: () => boolean;
}

/** One client's wish for thumbnails: made one at a time, in the order of asking, at a pace. */
export class Thumbnails {
  readonly #options: ThumbnailsOptions;
  readonly #waiting = new Set<string>();
  #state: "idle" | "working" | "stopped" = "idle";

  constructor(options: ThumbnailsOptions) {
    this.#options = options;
  }

  /** What waits already is answered once. Throws Problem "queue-full". */
  ask(id: string): void {
    if (this.#state === "stopped") return;
    if (this.#waiting.size >= MOST_WAITING)
      throw new Problem("queue-full", `${MOST_WAITING} thumbnails are asked for already: wait for some of them.`);
    this.#waiting.add(id);
    if (this.#state === "idle") void this.#work();
  }

  /** Nothing more is answered. */
  stop(): void {
    this.#state = "stopped";
    this.#waiting.clear();
  }

  async #work(): Promise<void> {
    const { find, answer, ready } = this.#options;
    this.#state = "working";
    for (const id of this.#waiting) {
      const image = await find(id).catch(() => undefined);
      while (!ready() && !this.#isStopped()) await sleep(FULL_MS, undefined, { ref: false });
      if (this.#isStopped()) return;
      this.#waiting.delete(id);
      answer(id, image);
      await sleep(THUMBNAIL_MS, undefined, { ref: false });
    }
    if (!this.#isStopped()) this.#state = "idle";
  }

  /** A method, because the state changes behind an `await` that the compiler does not see. */
  #isStopped(): boolean {
    return this.#state === "stopped";
  }
}

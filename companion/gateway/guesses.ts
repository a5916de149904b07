import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";

/** After this long without a wrong code, all is forgotten. Milliseconds. */
export const FORGET_MS = 30 * 24 * 60 * 60 * 1000;
/** So many are written down at once, later ones every so many. */
const WRITTEN_EACH = 16;

const guessesSchema = v.strictObject({
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** When the last one came, milliseconds since 1970. */
  last: v.number(),
});

/** Wrong codes that were sent by anyone, counted over restarts. */
export class Guesses {
  readonly #file: string | undefined;
  #count = 0;
  #last = 0;

  /** `file`: where they are kept. One that is damaged counts as none. Absent: in memory only. */
  constructor(file?: string) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    try {
      const kept = v.parse(guessesSchema, JSON.parse(readFileSync(file, "utf8")));
      this.#count = kept.count;
      this.#last = kept.last;
    } catch {
      this.#count = 0;
    }
  }

  get count(): number {
    return Date.now() - this.#last > FORGET_MS ? 0 : this.#count;
  }

  add(): void {
    this.#count = this.count + 1;
    this.#last = Date.now();
    if (this.#count > WRITTEN_EACH && this.#count % WRITTEN_EACH !== 0) return;
    try {
      if (this.#file !== undefined)
        writeFileSync(this.#file, JSON.stringify({ count: this.#count, last: this.#last }), { mode: 0o600 });
    } catch {
      // A full disk must not keep the owner from pairing; the count goes on in memory.
    }
  }
}

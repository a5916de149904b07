/**
 * `underpaint people add NAME` asks a person in: a code that pairs one plugin with that name, once, for some minutes. In a file, so
 * that the command and the running gateway need not talk. There is one at a time; another replaces it.
 */
import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { Problem } from "../../shared/problem.ts";

/** How long a code counts, milliseconds. */
export const INVITED_MS = 10 * 60 * 1000;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} .,'’@_-]{0,59}$/u;

const invitationSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(NAME)),
  code: v.pipe(v.string(), v.regex(/^\d{9}$/)),
  /** Milliseconds since 1970. */
  until: v.number(),
});

export type Invitation = v.InferOutput<typeof invitationSchema>;

export class Invitations {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined where nobody is asked in, or the code is too old. */
  current(): Invitation | undefined {
    try {
      const invitation = v.parse(invitationSchema, JSON.parse(readFileSync(this.#file, "utf8")));
      return Date.now() < invitation.until ? invitation : undefined;
    } catch {
      return undefined;
    }
  }

  /** Throws Problem "request-invalid" for a name that can't be shown. */
  add(name: string): Invitation {
    if (!NAME.test(name))
      throw new Problem("request-invalid", "A name has up to 60 letters, digits and spaces: use another one.");
    const code = Array.from({ length: 3 }, () => String(randomInt(1000)).padStart(3, "0")).join("");
    const invitation = { name, code, until: Date.now() + INVITED_MS };
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#file}.new`, JSON.stringify(invitation), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    return invitation;
  }

  /** The code is used up. */
  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

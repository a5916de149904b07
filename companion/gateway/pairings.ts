/**
 * The plugins that may connect: a file only the user can read. The token itself is kept, not a hash, because both sides prove
 * that they know it. Read again whenever it changed, so that `underpaint pairings revoke` reaches a running companion.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import type { PairingSecret } from "../../shared/pairing.ts";
import { Problem } from "../../shared/problem.ts";

const pairingSchema = v.strictObject({
  /** 32 hexadecimal digits. */
  id: v.string(),
  /** 64 hexadecimal digits. */
  token: v.string(),
  /** The plugin's build at the time of pairing. */
  build: v.string(),
  /** Whose plugin it is, where a person was asked in by name. */
  name: v.optional(v.string()),
  /** Milliseconds since 1970. */
  created: v.number(),
});
const fileSchema = v.strictObject({ pairings: v.array(pairingSchema) });

export type Pairing = v.InferOutput<typeof pairingSchema>;

export class Pairings {
  readonly #file: string;
  #read: { readonly stamp: string; readonly pairings: readonly Pairing[] } | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Oldest first. Throws Problem "data-damaged" for a file that is not ours. */
  list(): readonly Pairing[] {
    const status = statSync(this.#file, { throwIfNoEntry: false });
    if (status === undefined) return [];
    const stamp = `${status.ino} ${status.mtimeMs} ${status.size}`;
    if (this.#read?.stamp !== stamp) this.#read = { stamp, pairings: parse(this.#file) };
    return this.#read.pairings;
  }

  find(id: string): Pairing | undefined {
    return this.list().find((pairing) => pairing.id === id);
  }

  /**
   * A new pairing, on disk when it returns. Throws Problem "unauthorised" where one has that id: its jobs are not another
   * token's, and its own token goes on.
   */
  add({ pairing: id, token }: PairingSecret, build: string, name?: string): void {
    if (this.find(id) !== undefined)
      throw new Problem("unauthorised", "There is a pairing like this one: type the code that is shown now.");
    this.#write([...this.list(), { id, token, build, ...(name !== undefined && { name }), created: Date.now() }]);
  }

  /** Throws Problem "unauthorised" where there is none of that id. */
  revoke(id: string): void {
    if (this.find(id) === undefined)
      throw new Problem("unauthorised", `There is no pairing "${id}": "underpaint pairings" lists them.`);
    this.#write(this.list().filter((pairing) => pairing.id !== id));
  }

  /** Replaced in one move, so that a reader or a power cut sees the old file or the new one. */
  #write(pairings: readonly Pairing[]): void {
    const next = `${this.#file}.${process.pid}.new`;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(next, `${JSON.stringify({ pairings }, null, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(next, this.#file);
    } catch (error) {
      rmSync(next, { force: true });
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      throw new Problem("disk-full", `The disk of "${this.#file}" is full: free some space.`, { cause: error });
    }
  }
}

function parse(file: string): Pairing[] {
  try {
    return v.parse(fileSchema, JSON.parse(readFileSync(file, "utf8"))).pairings;
  } catch (error) {
    throw new Problem("data-damaged", `"${file}" is damaged: delete it and pair the plugin again.`, { cause: error });
  }
}

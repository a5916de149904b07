import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { Sha256 } from "./job-queue.ts";

/** Hashed at a time: some milliseconds. */
const SLICE_BYTES = 2 ** 20;

/** Of bytes that nobody writes to any more. */
const known = new WeakMap<Uint8Array, Sha256>();

export const sha256 = (bytes: Uint8Array): Sha256 =>
  known.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");

/** Whoever else has something to do on this thread does it in between. The bytes must not change afterwards. */
export async function sha256InTurns(bytes: Uint8Array): Promise<Sha256> {
  const found = known.get(bytes);
  if (found !== undefined) return found;
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await turn();
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
  }
  const digest = hash.digest("hex");
  known.set(bytes, digest);
  return digest;
}

import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { Problem } from "../../shared/problem.ts";
import type { Sha256 } from "./job-queue.ts";

/** Hashed at a time: some milliseconds. */
const SLICE_BYTES = 2 ** 20;

/** Whoever else has something to do on this thread does it in between. Rejects with Problem "frame-invalid" for an image that does not hash to its name. */
export async function verifyImages(images: ReadonlyMap<Sha256, Uint8Array>): Promise<void> {
  for (const [name, bytes] of images) {
    const hash = createHash("sha256");
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (at > 0) await turn();
      hash.update(bytes.subarray(at, at + SLICE_BYTES));
    }
    if (hash.digest("hex") !== name)
      throw new Problem("frame-invalid", "Cannot use an image as it is not the one that the message names.");
  }
}

import { Problem } from "../../shared/problem.ts";
import type { Sha256 } from "./job-queue.ts";
import { sha256InTurns } from "./sha256.ts";

/** While others are heard on this thread. Rejects with Problem "frame-invalid" for an image that does not hash to its name. */
export async function verifyImages(images: ReadonlyMap<Sha256, Uint8Array>): Promise<void> {
  for (const [name, bytes] of images)
    if ((await sha256InTurns(bytes)) !== name)
      throw new Problem("frame-invalid", "Cannot use an image as it is not the one that the message names.");
}

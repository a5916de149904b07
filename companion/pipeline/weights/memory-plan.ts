/** What a picture's denoiser will take of the memory there is, decided before anything is opened. */
import type { MemoryUse } from "../../../shared/memory-use.ts";
import { tooLarge } from "./too-large.ts";

/**
 * The first of `rungs` (ladder.ts) on which the denoiser, open and running, takes at most `limit` bytes, and what it takes.
 * `needOf`: bytes on one. Throws Problem "out-of-memory" where it takes more on all of them.
 */
export function planMemory<R extends { readonly strips: unknown }>(
  rungs: readonly [R, ...R[]],
  needOf: (rung: R) => number,
  limit: number,
): R & { readonly memory: MemoryUse } {
  for (const rung of rungs) {
    const need = needOf(rung);
    // Its autoencoder is not what the denoiser lacks memory for.
    if (need <= limit) return { ...rung, strips: rungs[0].strips, memory: { need, of: limit } };
  }
  throw tooLarge(needOf(rungs.at(-1)!), limit);
}
